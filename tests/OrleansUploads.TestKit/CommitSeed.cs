using System.Globalization;

namespace OrleansUploads.TestKit;

/// <summary>Seeds that differ with each commit, so that many runs of the tests play many seeds.</summary>
public static class CommitSeed
{
    /// <summary>The environment variable that begins with the first eight hexadecimal digits of the commit's hash. <c>test.sh</c> sets
    /// it.</summary>
    public const string Variable = "ORLEANSUPLOADS_SEED_FROM";

    private const int HashDigits = 8;
    private const int MaxSeed = 1_000_000_000;

    /// <summary>The hash in the environment, or null.</summary>
    public static string? Hash => Environment.GetEnvironmentVariable(Variable);

    /// <summary>A seed of the commit for what takes an integer: 0 to 999,999,999, or 1 without a commit. The seeds after it may be those of
    /// another commit.</summary>
    public static int First { get; } = (int)(Parse(Hash) % MaxSeed ?? 1);

    /// <summary>Reads the first eight digits of a hash.</summary>
    /// <returns>Their number, or null for no hash.</returns>
    /// <exception cref="FormatException">The text does not begin with eight hexadecimal digits.</exception>
    public static uint? Parse(string? hash) =>
        string.IsNullOrEmpty(hash) ? null
        : hash.Length >= HashDigits && uint.TryParse(hash.AsSpan(0, HashDigits), NumberStyles.AllowHexSpecifier, null, out var number) ? number
        : throw new FormatException($"{Variable} is '{hash}'. Set it to the first {HashDigits} hexadecimal digits of a commit's hash.");
}
