using OrleansUploads.Client;
using Spectre.Console;

namespace OrleansUploads.Cli.Jobs;

/// <summary>Waits for a job with a countdown. The time between two checks grows, because a job takes milliseconds or hours.</summary>
internal sealed class JobWait(GlacierClient client, Printer printer, TimeProvider time, IAnsiConsole? terminal = null)
{
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A log gets no countdown.
    private readonly IAnsiConsole? _countdown = terminal
        ?? (printer is { IsJson: false, IsQuiet: false, IsVerbose: false } ? Terminal.Find() : null);

    /// <summary>Waits until a job has ended.</summary>
    /// <exception cref="InvalidDataException">The job has failed.</exception>
    public async Task<Job> RunAsync(string vault, string jobId, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        try
        {
            for (var interval = FirstInterval; ; interval = interval * 2 < MaxInterval ? interval * 2 : MaxInterval)
            {
                var job = await client.DescribeJobAsync(vault, jobId, cancellationToken);
                if (job.Status == JobStatus.Succeeded)
                {
                    return job;
                }

                if (job.Status == JobStatus.Failed)
                {
                    throw new InvalidDataException($"The job {jobId} has failed: {job.StatusMessage}");
                }

                printer.Event(new { @event = "waiting", jobId, seconds = (long)time.GetElapsedTime(since).TotalSeconds });
                for (var left = interval; left > TimeSpan.Zero; left -= Second)
                {
                    Count(time.GetElapsedTime(since), left);
                    await Task.Delay(left < Second ? left : Second, time, cancellationToken);
                }
            }
        }
        finally
        {
            // Another line follows, such as "Interrupted."
            Replace("");
        }
    }

    private void Count(TimeSpan waited, TimeSpan left) => Replace(
        $"Preparing the output for {TimeText.Format(waited)}. Next check in {TimeText.Format(left)}.");

    /// <summary>Replaces the line. One that the terminal had to break would leave its first half behind.</summary>
    private void Replace(string line) =>
        _countdown?.Profile.Out.Writer.Write($"\r\u001b[K{Terminal.Cut(line, _countdown.Profile.Width - 1)}");
}
