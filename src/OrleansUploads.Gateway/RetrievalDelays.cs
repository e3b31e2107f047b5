using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Gateway;

/// <summary>Retrieval delays in settings and on the command line.</summary>
public static class RetrievalDelays
{
    public const string Form = "3h for all tiers, or standard=3h, expedited=1m, bulk=12h";

    /// <summary>Parses delays: <c>3h</c> sets all tiers, <c>standard=3h</c> sets one tier. Later texts win.</summary>
    /// <param name="wrong">The first text that is not a delay.</param>
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

    /// <summary>Formats delays as <see cref="TryParse"/> reads them.</summary>
    public static string Format(RetrievalPolicy policy) => policy == RetrievalPolicy.After(policy.StandardDelay)
        ? Durations.Format(policy.StandardDelay)
        : $"standard={Durations.Format(policy.StandardDelay)} expedited={Durations.Format(policy.ExpeditedDelay)} "
            + $"bulk={Durations.Format(policy.BulkDelay)}";

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
