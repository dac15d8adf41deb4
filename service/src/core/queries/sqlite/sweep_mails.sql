DELETE FROM mails WHERE finished_at < $1
