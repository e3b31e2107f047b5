namespace OrleansUploads.Gateway.Glacier;

/// <summary>Whole numbers of the protocol: digits only, without sign or space, at most 2^63-1.</summary>
internal static class ProtocolNumber
{
    public static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Parses a maximum number of items, at least 1. A number that is too large for 64 bits counts as a very large
    /// limit.</summary>
    public static bool TryParseLimit(ReadOnlySpan<char> text, out long limit)
    {
        if (text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9'))
        {
            limit = TryParse(text, out var number) ? number : long.MaxValue;
            return limit >= 1;
        }

        limit = 0;
        return false;
    }
}

/// <summary>The time format of every document: UTC with exactly three decimals, <c>2012-05-25T00:24:53.000Z</c>.</summary>
internal static class GlacierDate
{
    private const string MillisecondsFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string SecondsFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The forms of requests: with any fraction of a second, and in UTC or with an offset.</summary>
    private static readonly string[] Formats =
    [
        SecondsFormat, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    /// <summary>Formats a time, truncated to milliseconds.</summary>
    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString(MillisecondsFormat, CultureInfo.InvariantCulture);

    /// <summary>Formats a time as inventories do, truncated to seconds: <c>2012-05-25T00:24:53Z</c>.</summary>
    public static string FormatSeconds(DateTimeOffset at) =>
        at.UtcDateTime.ToString(SecondsFormat, CultureInfo.InvariantCulture);

    /// <summary>Parses a date of a request into UTC: ISO 8601 with a zone, <c>Z</c> or an offset such as <c>+01:00</c> or
    /// <c>+0100</c>. A date without a zone is refused.</summary>
    public static bool TryParse(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
}

/// <summary>The ARN of a vault: <c>arn:aws:glacier:{region}:{account}:vaults/{name}</c>.</summary>
internal static class VaultArn
{
    /// <summary>Formats the ARN of a vault, whose name need not be valid.</summary>
    public static string Format(string region, AccountId account, string vaultName) =>
        $"arn:aws:glacier:{region}:{account}:vaults/{vaultName}";

    public static string Format(string region, VaultId vault) => Format(region, vault.Account, vault.Name.ToString());

    /// <summary>Reads the name in the ARN of a vault of this region and account.</summary>
    public static bool TryParseName(string arn, string region, AccountId account, out VaultName name)
    {
        var prefix = Format(region, account, "");
        name = default;
        return arn.StartsWith(prefix, StringComparison.Ordinal) && VaultName.TryParse(arn[prefix.Length..], out name);
    }
}
