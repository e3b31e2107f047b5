using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Engine.Intents;

/// <summary>Lets a few callers work at a time, and shares the turns between accounts. The accounts that wait get turns one after the
/// other, however much each of them has to do, and none has all turns, so that the next account finds a free one.</summary>
/// <remarks>Callers continue on their own scheduler. The callers of an account are served in the order in which they came.</remarks>
/// <param name="atOnce">The number of turns.</param>
/// <param name="perAccount">How many of them one account may have.</param>
public sealed class FairTurns(int atOnce, int perAccount)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AccountId, AccountLine> _lines = [];

    /// <summary>The accounts with waiting callers. The one that got a turn last is at the end.</summary>
    private readonly LinkedList<AccountLine> _waiting = [];

    private int _inUse;

    /// <summary>Waits for a turn.</summary>
    /// <param name="account">The account for which the caller works.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The turn, to be disposed when the work is done.</returns>
    public async ValueTask<Turn> TakeAsync(AccountId account, CancellationToken cancellationToken)
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
        line.InUse++;
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
            line.InUse--;
            for (var place = _waiting.First; place is not null; place = place.Next)
            {
                if (place.Value.InUse < perAccount)
                {
                    next = TakeFirst(place.Value);
                    break;
                }
            }

            RemoveIdle(line);
        }

        next?.Granted.SetResult();
    }

    private bool IsBusyBesideOthers(AccountLine line)
    {
        lock (_gate)
        {
            return line.Callers.Count > 0 && _inUse > line.InUse;
        }
    }

    private Caller TakeFirst(AccountLine line)
    {
        var caller = line.Callers.First!.Value;
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
        private readonly FairTurns _turns;
        private readonly AccountLine _line;

        internal Turn(FairTurns turns, AccountLine line)
        {
            _turns = turns;
            _line = line;
        }

        /// <summary>Whether the account has more to do than its turns allow, while another account works, too. The work should then leave
        /// room for that of the other account.</summary>
        public bool IsOfBusyAccount => _turns.IsBusyBesideOthers(_line);

        /// <inheritdoc/>
        public void Dispose() => _turns.End(_line);
    }

    /// <summary>The callers that work for an account.</summary>
    internal sealed class AccountLine
    {
        public AccountLine(AccountId account)
        {
            Account = account;
            Place = new LinkedListNode<AccountLine>(this);
        }

        public AccountId Account { get; }

        /// <summary>The number of turns that the account has.</summary>
        public int InUse { get; set; }

        /// <summary>Those that wait, in the order in which they came.</summary>
        public LinkedList<Caller> Callers { get; } = [];

        /// <summary>Where the account is among those that wait.</summary>
        public LinkedListNode<AccountLine> Place { get; }
    }

    /// <summary>A caller that waits.</summary>
    internal sealed class Caller
    {
        /// <summary>Completes when the caller has a turn.</summary>
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
