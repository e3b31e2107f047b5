using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Remote;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Cli.Jobs;

/// <summary>Waits for a job with a countdown. The time between two checks grows, because a job takes milliseconds or hours.</summary>
/// <param name="client">The server.</param>
/// <param name="printer">The output.</param>
/// <param name="time">The clock.</param>
/// <param name="terminal">Gets the countdown. Null is standard error, if it is a terminal: a log gets no countdown.</param>
internal sealed class JobWait(GlacierClient client, Printer printer, TimeProvider time, TextWriter? terminal = null)
{
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TextWriter? _countdown = terminal
        ?? (printer is { IsJson: false, IsQuiet: false } && !Console.IsErrorRedirected ? Console.Error : null);

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
            _countdown?.Write("\r\u001b[K");
        }
    }

    private void Count(TimeSpan waited, TimeSpan left) => _countdown?.Write(
        $"\r\u001b[KThe server is preparing the output, for {TimeText.Format(waited)} so far. Next check in {TimeText.Format(left)}.");
}
