using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansUploads.Core.Service;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Gateway;

namespace OrleansUploads.Serving;

/// <summary>What the commands <c>clock</c> and <c>backup</c> of both programs say.</summary>
internal static class OperatorText
{
    public const string Clock = "Show whether the clock is trusted, or accept it.";

    public const string ShowClock = "Show whether the clock is trusted, and if not, why.";

    public const string AcceptClock = "Confirm that the clock is correct now. Stale uploads then expire again, and bytes are collected again.";

    public const string ShowBackup = "Show whether a backup is in progress, and when its lease ends.";

    public const string EndBackup = "End the lease of a backup. Unneeded bytes are then deleted again.";

    private static readonly TimeSpan MinLease = TimeSpan.FromMinutes(1);

    public static string Lease { get; } = $"The time allowed for copying, at most {Durations.Format(ServiceDecider.MaxBackupLease)}. No bytes are "
        + "deleted for this time or until 'backup end'. If a backup takes longer, run 'backup begin' again before it ends.";

    /// <summary>Parses the lease of a backup.</summary>
    /// <returns>The refusal says why the text is no lease, or is null if it is one.</returns>
    public static (TimeSpan Lease, string? Refusal) ParseLease(string text) =>
        !Durations.TryParse(text, out var lease) ? (lease, $"'{text}' is not a valid duration. Use a form such as {Durations.Examples}.")
        : lease < MinLease || lease > ServiceDecider.MaxBackupLease
            ? (lease, $"The lease is {text}, but must be from {Durations.Format(MinLease)} to {Durations.Format(ServiceDecider.MaxBackupLease)}.")
        : (lease, null);

    /// <summary>Says whether the clock is trusted.</summary>
    public static OperatorAnswer DescribeClock(ClockFault? fault)
    {
        var text = fault is null ? null : ClockFaultText.Describe(fault);
        return new(text ?? "The clock is trusted.", new { isTrusted = text is null, fault = text });
    }

    /// <summary>Says whether a backup is in progress.</summary>
    /// <param name="until">When its lease ends, or null.</param>
    public static OperatorAnswer DescribeBackup(DateTimeOffset? until, DateTimeOffset now) => new(
        until switch
        {
            null => "No backup is in progress.",
            { } end when end <= now => $"No backup is in progress. The last one was not ended, and its time was over at {ClockFaultText.Format(end)}.",
            { } end => $"A backup is in progress. No bytes are deleted until {ClockFaultText.Format(end)} or 'backup end'.",
        },
        new { isInProgress = until > now, until });
}

/// <summary>What a command answers.</summary>
/// <param name="Text">For people.</param>
/// <param name="Document">For scripts.</param>
internal readonly record struct OperatorAnswer(string Text, object Document)
{
    public string Format(bool isJson) => isJson ? JsonOutput.Format(Document) : Text;
}

/// <summary>The results that commands print for scripts.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The option <c>--json</c> of a command with one result.</summary>
    public static Option<bool> CreateOption() => new("--json") { Description = "Print JSON: one document." };

    /// <summary>Writes a document as one line.</summary>
    public static string Format(object document) => JsonSerializer.Serialize(document, Lines);
}
