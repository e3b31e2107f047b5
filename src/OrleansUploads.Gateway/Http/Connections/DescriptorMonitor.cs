namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Closes idle connections when the process is about to run out of file descriptors in spite of the connection limit, for
/// example because other parts of the process have more files open than were reserved for them.</summary>
/// <remarks>Without this, the transport would retry accepting in a loop and nothing else could open a file.</remarks>
internal sealed class DescriptorMonitor(OpenConnections connections, TimeProvider time, Func<int, bool>? canOpen = null)
    : BackgroundService
{
    private const int WantedDescriptors = 16;
    private const int ClosedAtOnce = 32;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Func<int, bool> _canOpen = canOpen ?? CanOpenFiles;

    /// <summary>Checks once, and closes idle connections if descriptors are short.</summary>
    public void CheckOnce()
    {
        if (!_canOpen(WantedDescriptors))
        {
            connections.CloseIdle(ClosedAtOnce);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                CheckOnce();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private static bool CanOpenFiles(int files)
    {
        var opened = new List<IDisposable>(files);
        try
        {
            for (var file = 0; file < files; file++)
            {
                opened.Add(File.OpenHandle("/dev/null"));
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            opened.ForEach(file => file.Dispose());
        }
    }
}
