using OrleansUploads.Engine.Intents;

namespace OrleansUploads.Engine.Tests.Intents;

public sealed class FairTurnsTests
{
    private static readonly AccountId Busy = Some.AccountNumbered("000000000001");
    private static readonly AccountId Second = Some.AccountNumbered("000000000002");
    private static readonly AccountId Third = Some.AccountNumbered("000000000003");

    private readonly FairTurns _turns = new(atOnce: 2, perAccount: 1);
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

    private async Task ServeAsync(AccountId account)
    {
        using var turn = await _turns.TakeAsync(account, CancellationToken.None);
        lock (_served)
        {
            _served.Add(account);
        }
    }
}
