namespace OrleansUploads.Simulation.World;

/// <summary>Runs a schedule on one thread, with one source of randomness and one clock. The order of events depends only on
/// the seed.</summary>
internal sealed class SimulatedWorld
{
    /// <summary>A world that needs more turns than this is in an endless loop.</summary>
    private const long MaxTurns = 2_000_000;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(ProcessScheduler Scheduler, Task Task)> _ready = [];
    private readonly SeededRandom _order;

    public SimulatedWorld(ulong seed, SwarmOptions options, bool keepsLines, Coverage coverage)
    {
        Seed = seed;
        Options = options;
        Coverage = coverage;
        Trace = new Trace(keepsLines);
        _order = new SeededRandom(seed).Fork(2);
        Faults = new SeededRandom(seed).Fork(3);
        Clients = new ProcessScheduler(this);
    }

    public ulong Seed { get; }

    public SwarmOptions Options { get; private set; }

    public Coverage Coverage { get; }

    public Trace Trace { get; }

    public WorldClock Clock { get; } = new();

    /// <summary>Decides which faults happen, and how long things take.</summary>
    public SeededRandom Faults { get; }

    /// <summary>Where the clients run; they never crash.</summary>
    public ProcessScheduler Clients { get; }

    public long Turns { get; private set; }

    public string? Violation { get; private set; }

    /// <summary>The newest incarnation of each vault that a message has mentioned.</summary>
    public Dictionary<EntityId, long> NewestEpochs { get; } = [];

    public DateTimeOffset Now => Clock.Now;

    public void StartFaults(SwarmOptions options) => Options = options;

    public void StopFaults() => Options = Options.WithoutFaults();

    public void Enqueue(ProcessScheduler scheduler, Task task) => _ready.Add((scheduler, task));

    /// <summary>Plays a schedule without the caller's synchronization context, which would run tasks on other threads.</summary>
    public static T Alone<T>(Func<T> play)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return play();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Throws if called on another thread, where the order of events would not depend on the seed.</summary>
    public void RequireOwnThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("Code of the simulation ran on another thread.");
        }
    }

    public void Fail(string violation)
    {
        Note(-1, "VIOLATION", violation);
        Violation ??= violation;
    }

    public void Note(int process, string what, string subject = "", long number = 0, string? detail = null) =>
        Trace.Note(Clock.Now, process, what, subject, number, detail);

    public void Fault(int process, string what, string subject = "")
    {
        Coverage.Faults++;
        Note(process, what, subject);
    }

    public Task Delay(TimeSpan delay)
    {
        var passed = new TaskCompletionSource();
        Clock.After(delay, passed.SetResult);
        return passed.Task;
    }

    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        RequireOwnThread();
        var deadline = Clock.Now + atMost;
        while (!condition())
        {
            if (Violation is not null || !Turn(deadline))
            {
                return false;
            }
        }

        return Violation is null;
    }

    public void RunFor(TimeSpan span)
    {
        RunUntil(static () => false, span);
    }

    private bool Turn(DateTimeOffset deadline)
    {
        if (++Turns > MaxTurns)
        {
            Fail("liveness: the world does not become idle");
            return false;
        }

        if (_ready.Count == 0)
        {
            if (Clock.RingNext(deadline))
            {
                return true;
            }

            Clock.MoveTo(deadline);
            return false;
        }

        var next = Options.DrawsTaskOrder ? _order.Below(_ready.Count) : 0;
        var (scheduler, task) = _ready[next];
        _ready.RemoveAt(next);
        scheduler.Execute(task);
        return true;
    }
}
