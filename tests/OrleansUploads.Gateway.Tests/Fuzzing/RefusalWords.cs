using System.Text.RegularExpressions;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Recognizes a <see cref="Refusal"/> by the longest run of words that occurs only in its message.</summary>
internal static partial class RefusalWords
{
    /// <summary>Refusals that the fuzzer cannot provoke over HTTP. Kestrel enforces the length of a body; an attempt is collected only
    /// after days; its store grants no writes to compare with reports; 10,000 jobs take too long; no request lasts half an hour; only the
    /// collector gets <see cref="Refusal.CollectionHeld"/>; and the gateway looks up stale facts again, so that a client sees them only in a
    /// race.</summary>
    private static readonly string[] Unreachable =
    [
        nameof(Refusal.LengthDiffers), nameof(Refusal.AttemptCollected), nameof(Refusal.TooManyJobs), nameof(Refusal.CollectionHeld),
        nameof(Refusal.AttemptOfOtherPart), nameof(Refusal.AttemptNotAsReported), nameof(Refusal.WritesNotGranted),
        nameof(Refusal.PartLost), nameof(Refusal.ClockNotTrusted), nameof(Refusal.VerdictStale), nameof(Refusal.LookupStale),
        nameof(Refusal.InventoryStale),
    ];

    private static readonly Dictionary<string, string> ByName =
        RefusalMessages.Samples.ToDictionary(refusal => refusal.GetType().Name, WordsOf);

    /// <summary>The names of the refusals that a campaign must provoke.</summary>
    public static IEnumerable<string> Reachable => ByName.Keys.Except(Unreachable);

    public static string MessageOf(Refusal refusal) => GlacierRefusals.Describe(refusal, "us-east-1", "1").Message;

    /// <summary>The name of the refusal with a message, or null if the error does not come from a refusal.</summary>
    public static string? Find(string message) =>
        ByName.FirstOrDefault(known => message.Contains(known.Value, StringComparison.Ordinal)).Key;

    private static string WordsOf(Refusal refusal) => Plain().Matches(MessageOf(refusal)).Select(run => run.Value)
        .Where(run => RefusalMessages.Samples.Count(other => MessageOf(other).Contains(run, StringComparison.Ordinal)) == 1)
        .MaxBy(run => run.Length)!;

    [GeneratedRegex(@"(?<=^|\s)(?:[A-Za-z,;:'-]{1,16}\.?(?:\s|$))+")]
    private static partial Regex Plain();
}
