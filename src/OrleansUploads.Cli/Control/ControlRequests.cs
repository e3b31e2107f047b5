using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Serving;

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
                return OperatorText.DescribeClock(clock.Fault);
            case ["clock", "accept"]:
                await clock.AcceptAsync(engine.Host, cancellationToken);
                return OperatorText.DescribeClock(clock.Fault);
            case ["backup", "show"]:
                return OperatorText.DescribeBackup(clock.BackupUntil, TimeProvider.System.GetUtcNow());
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
                return OperatorText.DescribeBackup(clock.BackupUntil, TimeProvider.System.GetUtcNow());
            default:
                throw new FormatException(
                    $"The server does not support the command '{string.Join(' ', words)}'. It may be a different version.");
        }
    }
}
