using System.Numerics;

namespace OrleansUploads.TestKit;

/// <summary>Everything that clients asked of one key, and the check that the answers are possible in some order: the key is a register,
/// and each operation takes effect at one instant between its request and its answer.</summary>
/// <remarks>The order is searched as by Wing and Gong, "Testing and Verifying Concurrent Objects" (1993). An operation without an answer may
/// take effect later, but only as long as it comes before everything that was asked after its last worker was gone: what was interrupted
/// never undoes what was done afterwards (strict linearizability, Aguilera and Frølund, 2003).</remarks>
public sealed class KeyHistory
{
    /// <summary>The search gives up behind this many steps. It does so only for histories with many unknown outcomes.</summary>
    private const int MaxSteps = 300_000;

    private readonly List<KeyOperation> _operations = [];

    public void Add(KeyOperation operation) => _operations.Add(operation);

    /// <summary>Whether the answers are possible, or null if the search gave up.</summary>
    public bool? IsPossible()
    {
        var inOrder = _operations.Where(operation => !operation.HasNoEffect).OrderBy(operation => operation.Start).ToList();
        if (inOrder.Count > 63)
        {
            return null;
        }

        var (required, changes) = (0UL, 0UL);
        for (var i = 0; i < inOrder.Count; i++)
        {
            required |= inOrder[i].IsOptional ? 0 : 1UL << i;
            changes |= inOrder[i].Action is KeyAction.Write or KeyAction.Delete ? 1UL << i : 0;
        }

        var seen = new HashSet<(ulong Done, int Value)>();
        var open = new Stack<(ulong Done, int Value)>();
        open.Push((0, 0));
        for (var steps = 0; open.TryPop(out var at); steps++)
        {
            if (steps > MaxSteps)
            {
                return null;
            }

            if ((required & ~at.Done) == 0)
            {
                return true;
            }

            // What was asked after another operation was answered cannot come before it.
            var firstEnd = long.MaxValue;
            for (var left = required & ~at.Done; left != 0; left &= left - 1)
            {
                firstEnd = Math.Min(firstEnd, inOrder[BitOperations.TrailingZeroCount(left)].End);
            }

            // Nor can a change that no one works for come after another change that was asked for since.
            var newestChange = (at.Done & changes) == 0 ? 0 : inOrder[BitOperations.Log2(at.Done & changes)].Start;
            for (var i = 0; i < inOrder.Count && inOrder[i].Start <= firstEnd; i++)
            {
                if ((at.Done & (1UL << i)) == 0 && !(inOrder[i].IsOptional && inOrder[i].AbandonedAt < newestChange)
                    && inOrder[i].Apply(at.Value) is { } after && seen.Add((at.Done | (1UL << i), after)))
                {
                    open.Push((at.Done | (1UL << i), after));
                }
            }
        }

        return false;
    }

    public override string ToString() =>
        string.Join('\n', _operations.OrderBy(operation => operation.Start).Select(operation => $"    {operation}"));
}

/// <summary>What a client asked of a key.</summary>
public enum KeyAction
{
    Write,
    Delete,
    Read,
    ConditionFailed,
}

/// <summary>One operation on a key. Contents are numbered; 0 means that there is no object.</summary>
public sealed class KeyOperation
{
    /// <summary>Stands for any content in a condition.</summary>
    public const int Any = -1;

    public required KeyAction Action { get; init; }

    /// <summary>The content that was written or read.</summary>
    public int Value { get; init; }

    /// <summary>The content that the key must have for the operation, <see cref="Any"/> if it must have some, or null for no
    /// condition.</summary>
    public int? Condition { get; init; }

    public required long Start { get; set; }

    public long End { get; set; } = long.MaxValue;

    private int _workers;

    /// <summary>Since when no request works for it any more: each was answered, has failed, or was lost with its process.</summary>
    public long AbandonedAt { get; private set; } = long.MaxValue;

    /// <summary>A request for it was sent.</summary>
    public void BeginWork() => (_workers, AbandonedAt) = (_workers + 1, long.MaxValue);

    /// <summary>A request for it has ended, whether or not its client knows.</summary>
    public void EndWork(long now) => AbandonedAt = --_workers == 0 ? now : long.MaxValue;

    /// <summary>Whether it is not known to have taken effect.</summary>
    public bool IsOptional { get; set; }

    /// <summary>Whether it is known to have no effect.</summary>
    public bool HasNoEffect { get; set; }

    /// <summary>The content of the key afterwards, or null if the operation is not possible now.</summary>
    public int? Apply(int before)
    {
        var holds = Condition is null || Condition == before || (Condition == Any && before != 0);
        return Action switch
        {
            KeyAction.Write => holds ? Value : null,
            KeyAction.Delete => 0,
            KeyAction.Read => Value == before ? before : null,
            _ => holds ? null : before,
        };
    }

    public override string ToString() =>
        $"{Start,5} - {(End == long.MaxValue ? "?" : End.ToString(null, null)),5} {Action} {Value} if {Condition?.ToString(null, null) ?? "any"}"
        + $"{(IsOptional ? $", outcome unknown, abandoned at {(AbandonedAt == long.MaxValue ? "?" : AbandonedAt.ToString(null, null))}" : "")}{(HasNoEffect ? ", no effect" : "")}";
}
