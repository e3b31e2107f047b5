using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Control;

internal sealed class ControlRequests(EmbeddedEngine engine)
{
    /// <summary>The last word of a request whose answer is a JSON document.</summary>
    private const string Json = "json";

    /// <summary>What follows the words of a request.</summary>
    public static string Form(bool isJson) => isJson ? $" {Json}" : "";

    /// <summary>Executes a request: words, separated by spaces. Returns the message for the user, or a JSON document.</summary>
    /// <exception cref="FormatException">There is no such request.</exception>
    public async Task<string> ExecuteAsync(string request, CancellationToken cancellationToken)
    {
        var words = request.Split(' ');
        var isJson = words is [.., Json];
        return (await ExecuteAsync(isJson ? words[..^1] : words, cancellationToken)).Format(isJson);
    }

    private async Task<OperatorAnswer> ExecuteAsync(string[] words, CancellationToken cancellationToken)
    {
        var clock = engine.ServiceClock;
        switch (words)
        {
            case ["clock", "show"]:
                return DescribeClock();
            case ["clock", "accept"]:
                await clock.AcceptAsync(engine.Host, cancellationToken);
                return DescribeClock();
            case ["backup", "show"]:
                return DescribeBackup();
            case ["backup", "begin", var seconds]:
                if (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var lease))
                {
                    throw new FormatException($"'{seconds}' is not a number of seconds for which a backup can last.");
                }

                var earlier = clock.BackupUntil;
                var until = await clock.BeginBackupAsync(engine.Host, TimeSpan.FromSeconds(lease), cancellationToken);
                return new(
                    $"No bytes are deleted until {ClockFaultText.Format(until)}."
                    + (earlier is null ? "" : " An earlier backup was not ended. If it still copies parts/, run 'backup end' when both are done."),
                    new { until, earlierUntil = earlier });
            case ["backup", "end"]:
                await clock.EndBackupAsync(engine.Host, cancellationToken);
                return DescribeBackup();
            default:
                throw new FormatException(
                    $"The server does not support the command '{string.Join(' ', words)}'. It may be a different version.");
        }

        OperatorAnswer DescribeClock() => OperatorText.DescribeClock(clock.Fault);

        OperatorAnswer DescribeBackup() => OperatorText.DescribeBackup(clock.BackupUntil, TimeProvider.System.GetUtcNow());
    }
}
