//! Numbers as people read them.

use domain::health::Health;
use service::connections::counts::BOUND;

/// “12,000”.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut words = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// How many are in a state. Those that the time makes Unchecked are counted up to a bound:
/// “10,000+”.
pub(crate) fn in_state(health: Health, n: u64) -> String {
    match health {
        Health::Unchecked if n >= BOUND => format!("{}+", grouped(BOUND)),
        _ => grouped(n),
    }
}

/// "1 account", "2,000 accounts".
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_time_decides_is_counted_up_to_a_bound() {
        assert_eq!(in_state(Health::Unchecked, 9_999), "9,999");
        assert_eq!(in_state(Health::Unchecked, 10_000), "10,000+");
        assert_eq!(in_state(Health::Working, 1_000_000), "1,000,000");
    }
}
