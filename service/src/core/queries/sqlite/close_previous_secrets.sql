UPDATE apps SET previous_secret_until = NULL WHERE previous_secret_until <= $1
