using System.Globalization;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The time form of every document: UTC with exactly three decimals, <c>2012-05-25T00:24:53.000Z</c>.</summary>
internal static class GlacierDate
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes a time; what is finer than a millisecond is cut off.</summary>
    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);
}
