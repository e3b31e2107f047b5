using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Gateway;

/// <summary>Retrieval delays as operators write them.</summary>
public static class RetrievalDelays
{
    /// <summary>What can be written.</summary>
    public const string Form = "3h for all tiers, or standard=3h, expedited=1m, bulk=12h";

    /// <summary>Reads delays, each <c>3h</c>, for all tiers, or <c>standard=3h</c>, for one; what comes later wins.</summary>
    /// <param name="texts">What is written.</param>
    /// <param name="policy">What it comes to.</param>
    /// <param name="wrong">The first that is no delay.</param>
    /// <returns>False where one is no delay.</returns>
    public static bool TryParse(
        IEnumerable<string> texts, out RetrievalPolicy policy, [NotNullWhen(false)] out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(texts);
        policy = new RetrievalPolicy();
        foreach (var text in texts)
        {
            if (With(policy, text) is not { } changed)
            {
                wrong = text;
                return false;
            }

            policy = changed;
        }

        wrong = null;
        return true;
    }

    private static RetrievalPolicy? With(RetrievalPolicy policy, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (!Durations.TryParse(text[(equals + 1)..], out var delay))
        {
            return null;
        }

        return (equals < 0 ? "" : text[..equals]) switch
        {
            "" when equals < 0 => RetrievalPolicy.After(delay),
            "standard" => policy with { StandardDelay = delay },
            "expedited" => policy with { ExpeditedDelay = delay },
            "bulk" => policy with { BulkDelay = delay },
            _ => null,
        };
    }
}
