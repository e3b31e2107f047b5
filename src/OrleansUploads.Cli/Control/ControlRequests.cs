using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Cli.Control;

internal sealed class ControlRequests(EmbeddedEngine engine)
{
    /// <summary>Executes a request: words, separated by spaces. Returns the message for the user.</summary>
    /// <exception cref="FormatException">There is no such request.</exception>
    public async Task<string> ExecuteAsync(string request, CancellationToken cancellationToken)
    {
        var clock = engine.ServiceClock;
        var words = request.Split(' ');
        switch (words)
        {
            case ["clock", "show"]:
                return clock.Fault is { } fault ? ClockFaultText.Describe(fault) : "The clock is trusted.";
            case ["clock", "accept"]:
                await clock.AcceptAsync(engine.Host, cancellationToken);
                return "The clock is trusted again.";
            case ["backup", "show"]:
                return clock.BackupUntil is { } end
                    ? $"A backup is in progress. No bytes are deleted until {ClockFaultText.Format(end)} or 'backup end'."
                    : "No backup is in progress.";
            case ["backup", "begin", var seconds]:
                if (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var lease))
                {
                    throw new FormatException($"'{seconds}' is not a number of seconds for which a backup can last.");
                }

                var earlier = clock.BackupUntil;
                var until = await clock.BeginBackupAsync(engine.Host, TimeSpan.FromSeconds(lease), cancellationToken);
                return $"No bytes are deleted until {ClockFaultText.Format(until)}."
                    + (earlier is null ? "" : " An earlier backup was not ended. If it still copies parts/, run 'backup end' when both are done.");
            case ["backup", "end"]:
                await clock.EndBackupAsync(engine.Host, cancellationToken);
                return "The server deletes unneeded bytes again.";
            default:
                throw new FormatException(
                    $"The server does not support the command '{string.Join(' ', words)}'. It may be a different version.");
        }
    }
}
