namespace OrleansUploads.Cli.CommandLine;

/// <summary>Formats a number with its noun: <c>1 archive</c>, <c>2,000 archives</c>.</summary>
internal static class Quantity
{
    /// <summary>Formats a number with its noun.</summary>
    /// <param name="count">The number.</param>
    /// <param name="noun">The noun in the singular.</param>
    /// <param name="nouns">The noun in the plural, or null if it only takes an s.</param>
    public static string Format(long count, string noun, string? nouns = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? noun : nouns ?? noun + "s")}");
}
