using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>Whole numbers in queries and headers: digits only.</summary>
internal static class S3Number
{
    /// <summary>The maximum length of a page.</summary>
    public const int MaxPage = 1000;

    /// <summary>Reads the maximum length of a page from the query. A number above 1,000 means 1,000.</summary>
    public static bool TryReadPageLimit(S3Call call, string name, out int limit, [NotNullWhen(false)] out S3Error? error) =>
        TryRead(call, name, MaxPage, out limit, out error);

    /// <summary>Reads a number from the query.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="max">The default, and the maximum: a larger number means this one.</param>
    /// <param name="number">The number.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryRead(S3Call call, string name, int max, out int number, [NotNullWhen(false)] out S3Error? error) =>
        TryParse(name, call.Query.FirstValue(name), max, max, out number, out error);

    /// <summary>Reads a number from a header.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">The header.</param>
    /// <param name="byDefault">The number if the header is missing.</param>
    /// <param name="max">The maximum: a larger number means this one.</param>
    /// <param name="number">The number.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryReadHeader(
        S3Call call, string name, int byDefault, int max, out int number, [NotNullWhen(false)] out S3Error? error) =>
        TryParse(name, call.Header(name), byDefault, max, out number, out error);

    /// <summary>Reads the number of a part from the query.</summary>
    public static bool TryReadPartNumber(S3Call call, out int number, [NotNullWhen(false)] out S3Error? error)
    {
        var text = call.Query.FirstValue("partNumber") ?? "";
        error = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number is >= 1 and <= ObjectLimits.MaxParts
                ? null
                : S3Error.InvalidArgument(
                    "partNumber", text, $"Part number must be an integer between 1 and {ObjectLimits.MaxParts}, inclusive");
        return error is null;
    }

    /// <summary>Parses a length in bytes.</summary>
    public static bool TryParseLength(string? text, out long bytes) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);

    private static bool TryParse(
        string name, string? text, int byDefault, int max, out int number, [NotNullWhen(false)] out S3Error? error)
    {
        error = null;
        number = byDefault;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            error = S3Error.InvalidArgument(name, text, $"Argument {name} must be an integer between 0 and 2147483647.");
            return false;
        }

        number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? Math.Min(value, max) : max;
        return true;
    }
}
