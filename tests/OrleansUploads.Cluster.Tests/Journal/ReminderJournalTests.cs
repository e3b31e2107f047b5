using OrleansUploads.Cluster.Entities;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>When the reminder of an entity is registered, and how often.</summary>
public sealed class ReminderJournalTests
{
    private static readonly EntityId Entity = Some.Upload(1).Entity;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly ManualTime _time = new();
    private readonly MemoryJournal _inner = new();
    private readonly HeldReminders _reminders = new();

    [Fact]
    public async Task A_record_is_written_after_its_reminder_is_registered()
    {
        var journal = Open();
        var append = journal.AppendAsync(Record(0, Week), CancellationToken.None).AsTask();

        Assert.Equal(0, await _inner.ReadVersionAsync(Entity, CancellationToken.None));
        _reminders.Release.SetResult();
        Assert.Equal(AppendOutcome.Appended, await append);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callers_wait_while_the_silo_that_owns_the_reminder_hangs_and_not_for_a_reminder_that_cannot_be_stored(bool hangs)
    {
        _reminders.Release.SetException(
            hangs ? new TimeoutException("Response did not arrive on time in 00:00:07") : new OrleansException("connection refused"));

        var failed = await Assert.ThrowsAsync<JournalUnavailableException>(
            () => Open().AppendAsync(Record(0, Week), CancellationToken.None).AsTask());

        Assert.Equal(hangs, EntityGrain.IsFailover(new EntityUnavailableException(Entity, "the write failed", failed)));
    }

    [Fact]
    public async Task An_upload_that_ends_soon_registers_its_reminder_once()
    {
        var journal = await BeginAsync();
        await journal.AppendAsync(Record(1, TimeSpan.Zero), CancellationToken.None);

        Assert.Equal([3 * Interval], _reminders.FirstTicks);
    }

    [Fact]
    public async Task Work_that_is_due_does_not_wait_for_a_tick_that_is_far_away()
    {
        Released();
        var journal = Open();
        await journal.ReadAsync(Entity, CancellationToken.None);
        await journal.AppendAsync(Record(0, Week), CancellationToken.None);
        await journal.AppendAsync(Record(1, TimeSpan.Zero), CancellationToken.None);

        Assert.Equal([Week, Interval], _reminders.FirstTicks);
    }

    [Fact]
    public async Task After_its_first_tick_an_open_upload_ticks_when_it_may_expire()
    {
        var journal = await BeginAsync();
        _time.Advance(3 * Interval);
        await journal.UpdateReminderAfterTickAsync();

        Assert.Equal([3 * Interval, Week - (3 * Interval)], _reminders.FirstTicks);
    }

    [Fact]
    public async Task A_reminder_that_is_registered_while_a_tick_looks_for_the_old_one_stays()
    {
        Released();
        await Open().AppendAsync(Record(0, Week), CancellationToken.None);
        await _inner.AppendAsync(new JournalAppend(Entity, 1, "[]"u8.ToArray(), new WakeChange(null)), CancellationToken.None);
        var ticked = Open();
        await ticked.ReadAsync(Entity, CancellationToken.None);
        var answer = new TaskCompletionSource();
        _reminders.Answer = answer.Task;

        var tick = ticked.UpdateReminderAfterTickAsync().AsTask();
        var append = ticked.AppendAsync(Record(2, Week), CancellationToken.None).AsTask();
        answer.SetResult();
        await tick;

        Assert.Equal(AppendOutcome.Appended, await append);
        Assert.NotNull(_reminders.Stored);
    }

    [Fact]
    public async Task Work_that_is_due_does_not_wait_for_a_tick_that_is_being_moved_far_away()
    {
        var journal = await BeginAsync();
        _time.Advance(3 * Interval);
        _reminders.Release = new TaskCompletionSource();

        var tick = journal.UpdateReminderAfterTickAsync().AsTask();
        var append = journal.AppendAsync(Record(1, TimeSpan.Zero), CancellationToken.None).AsTask();
        _reminders.Release.SetResult();
        await tick;

        Assert.Equal(AppendOutcome.Appended, await append);
        Assert.Equal([3 * Interval, Week - (3 * Interval), Interval], _reminders.FirstTicks);
    }

    [Fact]
    public async Task A_tick_changes_no_reminder_while_a_wake_time_is_written()
    {
        var journal = await BeginAsync();
        _time.Advance(3 * Interval);
        _reminders.Release = new TaskCompletionSource();
        var first = journal.UpdateReminderAfterTickAsync().AsTask();
        var append = journal.AppendAsync(Record(1, TimeSpan.Zero), CancellationToken.None).AsTask();

        var second = journal.UpdateReminderAfterTickAsync().AsTask();
        _reminders.Release.SetResult();
        await Task.WhenAll(first, append, second);

        Assert.Equal(Interval, _reminders.FirstTicks[^1]);
    }

    [Fact]
    public async Task A_write_that_is_answered_late_does_not_replace_the_wake_time_of_a_later_one()
    {
        Released();
        var answers = new LateAnswers(_inner);
        var journal = Open(answers);
        await journal.ReadAsync(Entity, CancellationToken.None);
        var late = journal.AppendAsync(
            new JournalAppend(Entity, 0, "[]"u8.ToArray(), new WakeChange(null)), CancellationToken.None).AsTask();

        // The entity does not wait for long. It reads its journal and goes on.
        await journal.ReadAsync(Entity, CancellationToken.None);
        answers.Release();
        await journal.AppendAsync(Record(1, Week), CancellationToken.None);
        answers.Answer.SetResult();
        Assert.Equal(AppendOutcome.Appended, await late);
        await journal.UpdateReminderAfterTickAsync();

        Assert.NotNull(_reminders.Stored);
    }

    /// <summary>Writes the first record and its reminder.</summary>
    private async Task<ReminderJournal> BeginAsync()
    {
        Released();
        var journal = Open();
        await journal.AppendAsync(Record(0, Week), CancellationToken.None);
        return journal;
    }

    private void Released()
    {
        _reminders.Release = new TaskCompletionSource();
        _reminders.Release.SetResult();
    }

    /// <summary>The journal of a new activation.</summary>
    private ReminderJournal Open(IJournal? inner = null) => new(
        inner ?? _inner, new WakeReminder(_reminders, GrainId.Create("ou-upload", "1"), _time, Interval), _time);

    private JournalAppend Record(long version, TimeSpan wakeAfter) =>
        new(Entity, version, "[]"u8.ToArray(), new WakeChange(_time.GetUtcNow() + wakeAfter));
}
