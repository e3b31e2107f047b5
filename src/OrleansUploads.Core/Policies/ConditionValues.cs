using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Core.Policies;

/// <summary>Creates tests from the values in a policy's conditions. Each method takes one value of the policy and returns a test
/// of the request's value, or null if the policy's value does not have the form that the operator requires.</summary>
internal static class ConditionValues
{
    private const int ArnParts = 6;

    private static readonly string[] DateForms =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Exactly the same characters.</summary>
    public static Predicate<string> Equal(string expected) =>
        value => string.Equals(value, expected, StringComparison.Ordinal);

    /// <summary>The same characters, ignoring case.</summary>
    public static Predicate<string> EqualIgnoringCase(string expected) =>
        value => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>A pattern with wildcards, case-sensitive.</summary>
    public static Predicate<string> Like(string expected)
    {
        var pattern = new WildcardPattern(expected);
        return value => pattern.Matches(value);
    }

    /// <summary>A comparison of numbers.</summary>
    /// <param name="expected">The policy's number.</param>
    /// <param name="holds">Whether the sign of comparing the request's number with the policy's number satisfies the
    /// operator.</param>
    public static Predicate<string>? Number(string expected, Predicate<int> holds) => TryReadNumber(expected, out var bound)
        ? value => TryReadNumber(value, out var number) && holds(number.CompareTo(bound))
        : null;

    /// <summary>A comparison of dates.</summary>
    /// <param name="expected">The policy's date.</param>
    /// <param name="holds">Whether the sign of comparing the request's date with the policy's date satisfies the
    /// operator.</param>
    public static Predicate<string>? Date(string expected, Predicate<int> holds) => TryReadDate(expected, out var bound)
        ? value => TryReadDate(value, out var at) && holds(at.CompareTo(bound))
        : null;

    /// <summary>True or false.</summary>
    public static Predicate<string>? Bool(string expected) => bool.TryParse(expected, out var wanted)
        ? value => bool.TryParse(value, out var actual) && actual == wanted
        : null;

    /// <summary>An IP address or a CIDR range.</summary>
    public static Predicate<string>? Address(string expected)
    {
        var slash = expected.IndexOf('/', StringComparison.Ordinal);
        if (!TryReadAddress(slash < 0 ? expected : expected[..slash], out var network))
        {
            return null;
        }

        var allBits = 8 * network.GetAddressBytes().Length;
        var bits = allBits;
        if (slash >= 0
            && (!int.TryParse(expected.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits)
                || bits > allBits))
        {
            return null;
        }

        return value => IPAddress.TryParse(value, out var address) && HaveSamePrefix(address, network, bits);
    }

    /// <summary>An ARN. Each of its six parts may contain wildcards, which match only within their part.</summary>
    public static Predicate<string>? Arn(string expected)
    {
        var parts = expected.Split(':', ArnParts);
        if (parts.Length != ArnParts || parts[0] != "arn")
        {
            return null;
        }

        var patterns = Array.ConvertAll(parts, part => new WildcardPattern(part));
        return value => value.Split(':', ArnParts) is { Length: ArnParts } actual
            && patterns.Zip(actual).All(pair => pair.First.Matches(pair.Second));
    }

    private static bool TryReadNumber(string text, out decimal number) => decimal.TryParse(
        text,
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
        CultureInfo.InvariantCulture,
        out number);

    /// <summary>Parses a date, a date with a time, or seconds since 1970.</summary>
    private static bool TryReadDate(string text, out DateTimeOffset at)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, Utc, out at))
        {
            return true;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds()
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }

        at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    /// <summary>Parses an address in its canonical form only, because programs interpret forms such as <c>010.1</c>
    /// differently.</summary>
    private static bool TryReadAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('%', StringComparison.Ordinal)
            : address.ToString() == text);

    private static bool HaveSamePrefix(IPAddress address, IPAddress network, int bits)
    {
        if (address.IsIPv4MappedToIPv6 && network.AddressFamily == AddressFamily.InterNetwork)
        {
            address = address.MapToIPv4();
        }

        var left = address.GetAddressBytes();
        var right = network.GetAddressBytes();
        var wholeBytes = bits / 8;
        return left.Length == right.Length
            && left.AsSpan(0, wholeBytes).SequenceEqual(right.AsSpan(0, wholeBytes))
            && (bits % 8 == 0 || (left[wholeBytes] ^ right[wholeBytes]) >> (8 - (bits % 8)) == 0);
    }
}
