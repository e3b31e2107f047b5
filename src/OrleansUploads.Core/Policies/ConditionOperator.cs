using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace OrleansUploads.Core.Policies;

/// <summary>An operator of a policy's <c>Condition</c>. Source: the IAM user guide, "IAM JSON policy elements: Condition
/// operators".</summary>
/// <param name="ValueForm">For error messages.</param>
/// <param name="Test">Creates a test from one value of the policy; returns null if the value has the wrong form.</param>
/// <param name="Negates">Whether the condition holds if no test succeeds.</param>
internal sealed record ConditionOperator(
    string Name, string ValueForm, Func<string, Predicate<string>?> Test, bool Negates = false)
{
    /// <summary>The operator that tests whether a key has a value.</summary>
    public const string Null = "Null";

    private const string Text = "a string";
    private const string Number = "a number";
    private const string Date = "a date such as 2026-01-31T00:00:00Z, or seconds since 1970";
    private const string Address = "an address or a range such as 203.0.113.0/24 or 2001:db8::/32";
    private const string Arn = "an ARN of six parts";

    private const int ArnParts = 6;

    private static readonly string[] DateForms =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    private static readonly FrozenDictionary<string, ConditionOperator> All = ((ConditionOperator[])
    [
        new("StringEquals", Text, Equal),
        new("StringNotEquals", Text, Equal, Negates: true),
        new("StringEqualsIgnoreCase", Text, EqualIgnoringCase),
        new("StringNotEqualsIgnoreCase", Text, EqualIgnoringCase, Negates: true),
        new("StringLike", Text, Like),
        new("StringNotLike", Text, Like, Negates: true),
        .. Comparisons("Numeric", Number, TestNumber),
        .. Comparisons("Date", Date, TestDate),
        new("Bool", "true or false", TestBool),
        new("IpAddress", Address, TestAddress),
        new("NotIpAddress", Address, TestAddress, Negates: true),
        new("ArnEquals", Arn, TestArn),
        new("ArnNotEquals", Arn, TestArn, Negates: true),
        new("ArnLike", Arn, TestArn),
        new("ArnNotLike", Arn, TestArn, Negates: true),
    ]).ToFrozenDictionary(op => op.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all operators but <see cref="Null"/>, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Keys.Order(StringComparer.Ordinal));

    /// <summary>Finds an operator by its name without prefix and suffix, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionOperator? found) =>
        All.TryGetValue(name, out found);

    /// <summary>The six operators that compare values in order. Each tests the sign of comparing the request's value with
    /// the policy's value.</summary>
    private static IEnumerable<ConditionOperator> Comparisons(
        string prefix, string form, Func<string, Predicate<int>, Predicate<string>?> test) =>
    [
        new(prefix + "Equals", form, value => test(value, static order => order == 0)),
        new(prefix + "NotEquals", form, value => test(value, static order => order == 0), Negates: true),
        new(prefix + "LessThan", form, value => test(value, static order => order < 0)),
        new(prefix + "LessThanEquals", form, value => test(value, static order => order <= 0)),
        new(prefix + "GreaterThan", form, value => test(value, static order => order > 0)),
        new(prefix + "GreaterThanEquals", form, value => test(value, static order => order >= 0)),
    ];

    private static Predicate<string> Equal(string expected) =>
        value => string.Equals(value, expected, StringComparison.Ordinal);

    private static Predicate<string> EqualIgnoringCase(string expected) =>
        value => string.Equals(value, expected, StringComparison.OrdinalIgnoreCase);

    private static Predicate<string> Like(string expected)
    {
        var pattern = new WildcardPattern(expected);
        return value => pattern.Matches(value);
    }

    private static Predicate<string>? TestNumber(string expected, Predicate<int> holds) =>
        TryReadNumber(expected, out var bound)
        ? value => TryReadNumber(value, out var number) && holds(number.CompareTo(bound))
        : null;

    private static Predicate<string>? TestDate(string expected, Predicate<int> holds) => TryReadDate(expected, out var bound)
        ? value => TryReadDate(value, out var at) && holds(at.CompareTo(bound))
        : null;

    private static Predicate<string>? TestBool(string expected) => bool.TryParse(expected, out var wanted)
        ? value => bool.TryParse(value, out var actual) && actual == wanted
        : null;

    /// <summary>Compares with an IP address or a CIDR range.</summary>
    private static Predicate<string>? TestAddress(string expected)
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

    /// <summary>Compares with an ARN. Each of its six parts may contain wildcards, which match only within their part.</summary>
    private static Predicate<string>? TestArn(string expected)
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
