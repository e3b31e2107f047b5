using System.Globalization;

namespace OrleansUploads.TestKit;

/// <summary>Seeds that differ with each commit, so that many runs of the tests play many seeds.</summary>
public static class CommitSeed
{
    /// <summary>The environment variable with the first eight hex digits of the commit. <c>test.sh</c> sets it.</summary>
    public const string Variable = "ORLEANSUPLOADS_SEED_FROM";

    /// <summary>The first seed of the commit, or 1 if the variable is not set.</summary>
    public static int First { get; } = Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text ? 1
        : uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? (int)(number % 1_000_000_000)
        : throw new InvalidOperationException($"{Variable} is '{text}'. Set it to the first eight hex digits of the commit, or to nothing.");
}
