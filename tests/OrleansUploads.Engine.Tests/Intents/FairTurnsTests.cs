using OrleansUploads.Engine.Intents;

namespace OrleansUploads.Engine.Tests.Intents;

public sealed class FairTurnsTests
{
    private static readonly AccountId Busy = Some.AccountNumbered("000000000001");
    private static readonly AccountId Second = Some.AccountNumbered("000000000002");
    private static readonly AccountId Third = Some.AccountNumbered("000000000003");

    private readonly FairTurns<AccountId> _turns = new(atOnce: 2, perAccount: 1);
    private readonly List<AccountId> _served = [];

    [Fact]
    public async Task An_account_finds_a_free_turn_beside_one_with_a_thousand_callers()
    {
        var working = await _turns.TakeAsync(Busy, CancellationToken.None);
        var waiting = Enumerable.Range(0, 999).Select(_ => ServeAsync(Busy)).ToList();
        Assert.True(_turns.TakeAsync(Second, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.All(waiting, static caller => Assert.False(caller.IsCompleted));
        working.Dispose();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Accounts_that_wait_take_turns_however_many_callers_each_has()
    {
        var held = await _turns.TakeAsync(Busy, CancellationToken.None);
        var other = await _turns.TakeAsync(Some.AccountNumbered("000000000009"), CancellationToken.None);
        var all = new List<Task>();
        foreach (var account in (AccountId[])[Busy, Busy, Busy, Busy, Second, Second, Third])
        {
            all.Add(ServeAsync(account));
        }

        held.Dispose();
        await Task.WhenAll(all);
        other.Dispose();
        Assert.Equal([Busy, Second, Third, Busy, Second, Busy, Busy], _served);
    }

    [Fact]
    public async Task An_account_with_too_many_waiting_callers_gets_no_more_and_another_one_does()
    {
        var turns = new FairTurns<AccountId>(atOnce: 1, perAccount: 1, maxWaitingPerAccount: 1);
        var working = await turns.TakeAsync(Busy, CancellationToken.None);
        var waiting = turns.TakeAsync(Busy, CancellationToken.None).AsTask();
        await Assert.ThrowsAsync<IOException>(() => turns.TakeAsync(Busy, CancellationToken.None).AsTask());
        var other = turns.TakeAsync(Second, CancellationToken.None).AsTask();
        working.Dispose();
        (await waiting).Dispose();
        (await other).Dispose();
        (await turns.TakeAsync(Busy, CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task With_too_many_waiting_callers_in_all_no_account_gets_more_until_one_has_its_turn()
    {
        var turns = new FairTurns<AccountId>(atOnce: 1, perAccount: 1, maxWaiting: 2);
        var working = await turns.TakeAsync(Busy, CancellationToken.None);
        var waiting = turns.TakeAsync(Busy, CancellationToken.None).AsTask();
        using var givingUp = new CancellationTokenSource();
        var impatient = turns.TakeAsync(Second, givingUp.Token).AsTask();
        await Assert.ThrowsAsync<IOException>(() => turns.TakeAsync(Third, CancellationToken.None).AsTask());
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        var third = turns.TakeAsync(Third, CancellationToken.None).AsTask();
        await Assert.ThrowsAsync<IOException>(() => turns.TakeAsync(Second, CancellationToken.None).AsTask());
        working.Dispose();
        var second = turns.TakeAsync(Second, CancellationToken.None).AsTask();
        (await waiting).Dispose();
        (await third).Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_its_place_to_the_next_one()
    {
        using var givingUp = new CancellationTokenSource();
        var working = await _turns.TakeAsync(Busy, CancellationToken.None);
        var impatient = _turns.TakeAsync(Busy, givingUp.Token).AsTask();
        var patient = ServeAsync(Busy);
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        working.Dispose();
        await patient;
        Assert.True(_turns.TakeAsync(Busy, CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_account_with_waiting_callers_takes_half_the_steps_of_one_without()
    {
        using var busy = await _turns.TakeAsync(Busy, CancellationToken.None);
        using var givingUp = new CancellationTokenSource();
        var waiting = _turns.TakeAsync(Busy, givingUp.Token).AsTask();
        await TakeStepsAsync(busy, 100);

        using var other = await _turns.TakeAsync(Second, CancellationToken.None);
        Assert.Equal(1, await CountFreeStepsAsync(busy));
        await TakeStepsAsync(other, 20);
        Assert.Equal(10, await CountFreeStepsAsync(busy));
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await TakeStepsAsync(busy, 100);
    }

    [Fact]
    public async Task Accounts_with_waiting_callers_take_equal_steps()
    {
        var (first, second) = (await _turns.TakeAsync(Busy, CancellationToken.None), await _turns.TakeAsync(Second, CancellationToken.None));
        var waiting = new[] { ServeAsync(Busy), ServeAsync(Second) };
        Assert.Equal(1, await CountFreeStepsAsync(first));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(2, await CountFreeStepsAsync(second));
            Assert.Equal(2, await CountFreeStepsAsync(first));
        }

        first.Dispose();
        second.Dispose();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Many_short_turns_bring_an_account_no_more_steps_than_a_long_one()
    {
        using var other = await _turns.TakeAsync(Second, CancellationToken.None);
        var first = await _turns.TakeAsync(Busy, CancellationToken.None);
        var waiting = new[] { _turns.TakeAsync(Busy, CancellationToken.None).AsTask(), _turns.TakeAsync(Busy, CancellationToken.None).AsTask() };
        Assert.Equal(1, await CountFreeStepsAsync(first));
        first.Dispose();

        var next = await waiting[0];
        Assert.Equal(0, await CountFreeStepsAsync(next));
        await TakeStepsAsync(other, 2);
        Assert.Equal(1, await CountFreeStepsAsync(next));
        next.Dispose();
        (await waiting[1]).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_waits_for_another_account_only_until_that_takes_a_step_or_ends(bool ends)
    {
        using var busy = await _turns.TakeAsync(Busy, CancellationToken.None);
        var waiting = ServeAsync(Busy);
        var other = await _turns.TakeAsync(Second, CancellationToken.None);
        await busy.StepAsync(1, CancellationToken.None);
        var step = busy.StepAsync(1, CancellationToken.None).AsTask();
        Assert.False(step.IsCompleted);
        if (!ends)
        {
            await other.StepAsync(2, CancellationToken.None);
            await step;
        }

        other.Dispose();
        await step;
        busy.Dispose();
        await waiting;
    }

    private static async Task TakeStepsAsync(FairTurns<AccountId>.Turn turn, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            await turn.StepAsync(1, CancellationToken.None);
        }
    }

    /// <summary>Takes steps until one would have to wait, but at most a thousand.</summary>
    private static async Task<int> CountFreeStepsAsync(FairTurns<AccountId>.Turn turn)
    {
        var steps = 0;
        for (; steps < 1000; steps++)
        {
            using var givingUp = new CancellationTokenSource();
            var step = turn.StepAsync(1, givingUp.Token).AsTask();
            await givingUp.CancelAsync();
            if (await Task.WhenAny(step) is { IsCanceled: true })
            {
                break;
            }
        }

        return steps;
    }

    private async Task ServeAsync(AccountId account)
    {
        using var turn = await _turns.TakeAsync(account, CancellationToken.None);
        lock (_served)
        {
            _served.Add(account);
        }
    }
}
