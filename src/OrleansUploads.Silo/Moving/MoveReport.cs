using System.Diagnostics;
using System.Globalization;
using OrleansUploads.Engine.Moving;

namespace OrleansUploads.Silo.Moving;

/// <summary>Prints what the steps of a move have done.</summary>
/// <param name="advice">What to do about damage.</param>
internal sealed class MoveReport(string advice)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private const int ShownFaults = 20;

    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();

    /// <summary>Runs a step, and prints its result.</summary>
    /// <param name="done">What the step does, as a participle.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellationToken">Cancels the step.</param>
    /// <exception cref="SettingException">The step found damage.</exception>
    public async Task StepAsync(
        string done, Func<CancellationToken, Task<MoveTally>> step, CancellationToken cancellationToken)
    {
        var time = Stopwatch.StartNew();
        var tally = await step(cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} {Describe(tally)} in {time.Elapsed.TotalSeconds:F1} s."));
        if (tally.FaultCount == 0)
        {
            return;
        }

        foreach (var fault in tally.Faults.Take(ShownFaults))
        {
            await Console.Error.WriteLineAsync(fault);
        }

        throw new SettingException(
            $"{tally.FaultCount} histories or attempts cannot be moved; the first are listed above. {advice}");
    }

    /// <summary>Prints how far a step is, from time to time.</summary>
    public void WriteProgress(MoveTally tally)
    {
        if (_sinceProgress.Elapsed >= ProgressInterval)
        {
            _sinceProgress.Restart();
            Console.WriteLine($"... {Describe(tally)}");
        }
    }

    private static string Describe(MoveTally tally)
    {
        var removed = tally.RemovedCount == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {tally.RemovedCount} removed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.EntityCount} histories{removed}, {tally.AttemptCount} attempts of {tally.ByteCount} bytes");
    }
}
