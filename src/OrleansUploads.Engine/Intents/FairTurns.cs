using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Engine.Intents;

/// <summary>Lets a few callers work at a time, and shares the turns between accounts. The accounts that wait get turns one after the
/// other, however much each of them has to do, and none has all turns, so that the next account finds a free one.</summary>
/// <remarks>Callers continue on their own scheduler. The callers of an account are served in the order in which they came. Work that is
/// done in steps is shared between the accounts that have a turn, see <see cref="Turn.StepAsync"/>.</remarks>
/// <typeparam name="TAccount">Names an account.</typeparam>
/// <param name="atOnce">The number of turns.</param>
/// <param name="perAccount">How many of them one account may have.</param>
/// <param name="maxWaitingPerAccount">How many callers of an account may wait. Further ones are refused.</param>
/// <param name="maxWaiting">How many callers may wait in all. Further ones are refused.</param>
public sealed class FairTurns<TAccount>(
    int atOnce, int perAccount, int maxWaitingPerAccount = int.MaxValue, int maxWaiting = int.MaxValue)
    where TAccount : notnull
{
    /// <summary>What a step of an account with waiting callers counts, compared with the same step of an account without. An account with
    /// one thing to do then needs less than twice its time beside a busy one, also if there is other work.</summary>
    private const int BusyWeight = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<TAccount, AccountLine> _lines = [];

    /// <summary>The accounts with waiting callers. The one that got a turn last is at the end.</summary>
    private readonly LinkedList<AccountLine> _waiting = [];

    /// <summary>The accounts that have a turn.</summary>
    private readonly List<AccountLine> _working = [];

    private int _inUse;
    private int _callers;

    /// <summary>Completes at the next step or end of a turn; null while no account waits for it.</summary>
    private TaskCompletionSource? _progress;

    /// <summary>Waits for a turn.</summary>
    /// <param name="account">The account for which the caller works.</param>
    /// <returns>The turn, to be disposed when the work is done.</returns>
    /// <exception cref="IOException">Too many callers wait, of the account or in all.</exception>
    public async ValueTask<Turn> TakeAsync(TAccount account, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var caller = new LinkedListNode<Caller>(new Caller());
        AccountLine line;
        lock (_gate)
        {
            if (!_lines.TryGetValue(account, out line!))
            {
                _lines.Add(account, line = new AccountLine(account));
            }

            if (_inUse < atOnce && line.InUse < perAccount)
            {
                Grant(line);
                return new Turn(this, line);
            }

            if (line.Callers.Count >= maxWaitingPerAccount || _callers >= maxWaiting)
            {
                RemoveIdle(line);
                throw new IOException($"{_callers} callers wait already, {line.Callers.Count} of them for {account}.");
            }

            _callers++;
            line.Callers.AddLast(caller);
            if (line.Place.List is null)
            {
                _waiting.AddLast(line.Place);
            }
        }

        using (cancellationToken.UnsafeRegister(_ => StopWaiting(line, caller, cancellationToken), null))
        {
            await caller.Value.Granted.Task;
        }

        return new Turn(this, line);
    }

    private void Grant(AccountLine line)
    {
        _inUse++;
        if (line.InUse++ == 0)
        {
            // It takes part from now on: it is not owed what the others did before.
            line.Work = Math.Max(line.Work, LeastWorkBeside(line) ?? 0);
            _working.Add(line);
        }
    }

    /// <summary>The least work of the other accounts that have a turn, or null if none has.</summary>
    private long? LeastWorkBeside(AccountLine line) =>
        _working.Where(other => other != line).Min(static other => (long?)other.Work);

    private async ValueTask StepAsync(AccountLine line, long work, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                var isBusy = line.Callers.Count > 0;
                if (!isBusy || LeastWorkBeside(line) is not { } least || least >= line.Work)
                {
                    line.Work += isBusy ? BusyWeight * work : work;
                    ReportProgress();
                    return;
                }

                progress = (_progress ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    private void ReportProgress()
    {
        _progress?.SetResult();
        _progress = null;
    }

    private void StopWaiting(AccountLine line, LinkedListNode<Caller> caller, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (caller.List is null)
            {
                // It has a turn already.
                return;
            }

            _callers--;
            line.Callers.Remove(caller);
            RemoveIdle(line);
        }

        caller.Value.Granted.TrySetCanceled(cancellationToken);
    }

    private void End(AccountLine line)
    {
        Caller? next = null;
        lock (_gate)
        {
            _inUse--;
            if (--line.InUse == 0)
            {
                _working.Remove(line);
            }

            for (var place = _waiting.First; place is not null; place = place.Next)
            {
                if (place.Value.InUse < perAccount)
                {
                    next = TakeFirst(place.Value);
                    break;
                }
            }

            RemoveIdle(line);
            ReportProgress();
        }

        next?.Granted.SetResult();
    }

    private Caller TakeFirst(AccountLine line)
    {
        var caller = line.Callers.First!.Value;
        _callers--;
        line.Callers.RemoveFirst();
        Grant(line);
        _waiting.Remove(line.Place);
        if (line.Callers.Count > 0)
        {
            _waiting.AddLast(line.Place);
        }

        return caller;
    }

    private void RemoveIdle(AccountLine line)
    {
        if (line.Callers.Count > 0)
        {
            return;
        }

        if (line.Place.List is not null)
        {
            _waiting.Remove(line.Place);
        }

        if (line.InUse == 0)
        {
            _lines.Remove(line.Account);
        }
    }

    /// <summary>The right to work. Disposing it gives the turn to the next caller.</summary>
    [SuppressMessage("Performance", "CA1815", Justification = "Turns are not compared.")]
    public readonly struct Turn : IDisposable
    {
        private readonly FairTurns<TAccount> _turns;
        private readonly AccountLine _line;

        internal Turn(FairTurns<TAccount> turns, AccountLine line)
        {
            _turns = turns;
            _line = line;
        }

        /// <summary>Waits until the account may take the next step of its work. While it has waiting callers, it takes no step as long as it
        /// has done more, counted double, than another account with a turn; so its speed depends on the other's. It waits for no step
        /// otherwise.</summary>
        /// <param name="work">The size of the step, in a unit that all steps share.</param>
        public ValueTask StepAsync(long work, CancellationToken cancellationToken) =>
            _turns.StepAsync(_line, work, cancellationToken);

        public void Dispose() => _turns.End(_line);
    }

    /// <summary>The callers that work for an account.</summary>
    internal sealed class AccountLine
    {
        public AccountLine(TAccount account)
        {
            Account = account;
            Place = new LinkedListNode<AccountLine>(this);
        }

        public TAccount Account { get; }

        /// <summary>The number of turns that the account has.</summary>
        public int InUse { get; set; }

        /// <summary>The weighted sizes of its steps, added up. An account that begins to work starts at least with the least of the
        /// others.</summary>
        public long Work { get; set; }

        /// <summary>The callers that wait, in the order in which they came.</summary>
        public LinkedList<Caller> Callers { get; } = [];

        /// <summary>The place of the account among those that wait.</summary>
        public LinkedListNode<AccountLine> Place { get; }
    }

    /// <summary>A caller that waits.</summary>
    internal sealed class Caller
    {
        /// <summary>Completes when the caller has a turn.</summary>
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
