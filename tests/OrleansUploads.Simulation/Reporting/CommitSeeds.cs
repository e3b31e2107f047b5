using System.Globalization;

namespace OrleansUploads.Simulation.Reporting;

/// <summary>The seeds that a commit chooses, so that each commit plays schedules that no other has played. An environment variable holds the
/// first eight hexadecimal digits of its hash.</summary>
internal static class CommitSeeds
{
    public const string Variable = "ORLEANSUPLOADS_SEED_FROM";

    private const int HashDigits = 8;

    /// <summary>Two commits have no seeds in common, unless they play more than 16 million each.</summary>
    private const int BitsOfACommit = 24;

    /// <summary>The seeds of the commit in the environment. Without one, those that follow the fixed seeds.</summary>
    /// <param name="count">The number of seeds.</param>
    /// <param name="after">The last of the fixed seeds.</param>
    /// <exception cref="FormatException">The variable does not begin with eight hexadecimal digits.</exception>
    public static SeedRange Draw(ulong count, ulong after) => Draw(Environment.GetEnvironmentVariable(Variable), count, after);

    /// <summary>The same for a commit with a known hash; null or empty for none.</summary>
    public static SeedRange Draw(string? hash, ulong count, ulong after)
    {
        if (string.IsNullOrEmpty(hash))
        {
            return new SeedRange(after + 1, count);
        }

        return hash.Length >= HashDigits && uint.TryParse(hash.AsSpan(0, HashDigits), NumberStyles.AllowHexSpecifier, null, out var commit)
            ? new SeedRange(((ulong)commit + 1) << BitsOfACommit, count)
            : throw new FormatException($"{Variable} is '{hash}'. Set it to the first {HashDigits} hexadecimal digits of a commit's hash.");
    }
}
