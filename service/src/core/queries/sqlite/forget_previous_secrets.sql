DELETE FROM credentials WHERE purpose = 'app.client_secret_previous'
AND owner_id IN (SELECT id FROM apps WHERE previous_secret_until <= $1)
