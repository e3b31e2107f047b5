using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Core.Policies;

/// <summary>Makes tests of the values in a policy's conditions. Each is given one value of the policy, and gives a test of
/// the request's value; null where the policy's value has not the form that the operator demands.</summary>
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

    /// <summary>The same characters.</summary>
    public static Predicate<string> Equal(string expected) =>
        value => string.Equals(value, expected, StringComparison.Ordinal);

    /// <summary>The same characters but for upper and lower case.</summary>
    public static Predicate<string> EqualIgnoringCase(string expected) =>
        value => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>A pattern with wildcards; case matters.</summary>
    public static Predicate<string> Like(string expected)
    {
        var pattern = new WildcardPattern(expected);
        return value => pattern.Matches(value);
    }

    /// <summary>A number that compares in a certain way.</summary>
    /// <param name="expected">The policy's number.</param>
    /// <param name="holds">Whether an order of the request's number to the policy's is right.</param>
    public static Predicate<string>? Number(string expected, Predicate<int> holds) => TryReadNumber(expected, out var bound)
        ? value => TryReadNumber(value, out var number) && holds(number.CompareTo(bound))
        : null;

    /// <summary>An instant that compares in a certain way.</summary>
    /// <param name="expected">The policy's instant.</param>
    /// <param name="holds">Whether an order of the request's instant to the policy's is right.</param>
    public static Predicate<string>? Date(string expected, Predicate<int> holds) => TryReadDate(expected, out var bound)
        ? value => TryReadDate(value, out var at) && holds(at.CompareTo(bound))
        : null;

    /// <summary>True or false.</summary>
    public static Predicate<string>? Bool(string expected) => bool.TryParse(expected, out var wanted)
        ? value => bool.TryParse(value, out var actual) && actual == wanted
        : null;

    /// <summary>An address, or all that begin with the same bits.</summary>
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

        return value => IPAddress.TryParse(value, out var address) && BeginsAlike(address, network, bits);
    }

    /// <summary>An ARN; each of its six parts may have wildcards, and none reaches beyond its part.</summary>
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

    /// <summary>Reads a date, a date with a time, or seconds since 1970.</summary>
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

    /// <summary>Reads an address in its usual form only: <c>010.1</c> means different things to different
    /// programs.</summary>
    private static bool TryReadAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('%', StringComparison.Ordinal)
            : address.ToString() == text);

    private static bool BeginsAlike(IPAddress address, IPAddress network, int bits)
    {
        if (address.IsIPv4MappedToIPv6 && network.AddressFamily == AddressFamily.InterNetwork)
        {
            address = address.MapToIPv4();
        }

        var one = address.GetAddressBytes();
        var other = network.GetAddressBytes();
        var whole = bits / 8;
        return one.Length == other.Length
            && one.AsSpan(0, whole).SequenceEqual(other.AsSpan(0, whole))
            && (bits % 8 == 0 || (one[whole] ^ other[whole]) >> (8 - (bits % 8)) == 0);
    }
}
