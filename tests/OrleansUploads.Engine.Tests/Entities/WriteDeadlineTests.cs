namespace OrleansUploads.Engine.Tests.Entities;

public sealed class WriteDeadlineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<long> _late = [];

    [Fact]
    public void A_write_that_does_not_end_is_reported_once()
    {
        using var deadline = Begin();
        deadline.Start(1);
        _time.Advance(Limit - TimeSpan.FromSeconds(1));
        Assert.Empty(_late);

        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(Limit * 3);

        Assert.Equal([1], _late);
        Assert.False(deadline.TryEnd(1));
    }

    [Theory]
    [InlineData(29)]
    [InlineData(60)]
    public void A_write_has_the_whole_limit_regardless_of_when_an_earlier_write_started_the_timer(int secondsEarlier)
    {
        using var deadline = Begin();
        deadline.Start(1);
        Assert.True(deadline.TryEnd(1));
        _time.Advance(TimeSpan.FromSeconds(secondsEarlier));
        deadline.Start(2);

        _time.Advance(Limit - TimeSpan.FromSeconds(1));
        Assert.Empty(_late);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([2], _late);
    }

    [Fact]
    public void A_write_after_a_late_one_has_its_own_deadline()
    {
        using var deadline = Begin();
        deadline.Start(1);
        _time.Advance(Limit);
        deadline.Start(2);
        Assert.False(deadline.TryEnd(1));

        _time.Advance(Limit);

        Assert.Equal([1, 2], _late);
    }

    [Fact]
    public void Nothing_is_reported_after_disposal()
    {
        var deadline = Begin();
        deadline.Start(1);
        deadline.Dispose();

        _time.Advance(Limit * 2);

        Assert.Empty(_late);
    }

    private WriteDeadline Begin() => new(_time, Limit, new InlineScheduler(), _late.Add);

    private sealed class InlineScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
    }
}
