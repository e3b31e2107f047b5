namespace OrleansUploads.Simulation.World;

/// <summary>Runs the tasks of one process, one at a time and in an order that the world draws. A crash drops what has not run.</summary>
internal sealed class ProcessScheduler(SimulatedWorld world) : TaskScheduler
{
    private const int MaxInlineDepth = 16;

    private int _inlineDepth;

    public bool IsDead { get; private set; }

    public override int MaximumConcurrencyLevel => 1;

    public void Kill() => IsDead = true;

    public void Execute(Task task)
    {
        if (!IsDead)
        {
            TryExecuteTask(task);
        }
    }

    public Task Start(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    protected override void QueueTask(Task task)
    {
        world.RequireOwnThread();
        if (!IsDead)
        {
            world.Enqueue(this, task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        if (taskWasPreviouslyQueued || IsDead || !world.Options.InlineContinuations || _inlineDepth >= MaxInlineDepth
            || Current != this)
        {
            return false;
        }

        _inlineDepth++;
        var ran = TryExecuteTask(task);
        _inlineDepth--;
        return ran;
    }

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
