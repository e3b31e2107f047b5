namespace OrleansUploads.Simulation.RealServer;

/// <summary>What the clients of a series send their requests to: a server or a cluster whose processes end meanwhile.</summary>
internal abstract class Service : IAsyncDisposable
{
    private TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Number of ends of processes so far, including one in progress.</summary>
    public int Ends { get; private set; }

    /// <summary>Whether a process is ending or has ended, so that a request may fail.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Sends requests to what is running, or to what ran last.</summary>
    public HttpServer Server { get; private set; } = null!;

    public abstract string Log { get; }

    public Task UpAsync() => _up.Task;

    public abstract ValueTask DisposeAsync();

    protected void BeginEnd()
    {
        IsEnding = true;
        Ends++;
        _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    protected void Serve(HttpServer server)
    {
        Server = server;
        IsEnding = false;
        _up.SetResult();
    }
}
