using System.Runtime.CompilerServices;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Engine.Checking;

/// <summary>Checks that entities are consistent with the entities that they refer to. If not, a history is lost or
/// outdated.</summary>
/// <remarks>References to an entity are removed before the entity ends, and a server may change both meanwhile. A contradiction is
/// therefore damage only if it is still there when both are read again.</remarks>
internal sealed class AgreementCheck
{
    /// <summary>How often a leaf is looked for. A further time is needed if leaves on the path are merged meanwhile.</summary>
    private const int MaxSearches = 3;

    private readonly EntityStates _states;
    private readonly ListedIds _listed = new();
    private readonly References _references;

    public AgreementCheck(EntityStates states)
    {
        _states = states;
        _references = new References(states, _listed);
    }

    /// <summary>Number of references checked so far.</summary>
    public long Checked { get; private set; }

    /// <summary>Notes what an index lists without checking it.</summary>
    public void Note(object state) => _listed.AddAllOf(state);

    /// <summary>Returns the inconsistent references of an entity. An upload that no noted index lists is looked for in its
    /// index.</summary>
    /// <exception cref="JournalDamagedException">The entity's own history differs from what was written.</exception>
    public async IAsyncEnumerable<Damage> FindAsync(
        EntityId entity, object state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var reference in await _references.OfAsync(entity, state, cancellationToken))
        {
            Checked++;
            if (await FindFaultAsync(entity, reference, cancellationToken) is not null
                && await FindAgainAsync(entity, reference, cancellationToken) is { } still
                && await FindFaultAsync(entity, still, cancellationToken) is { } fault)
            {
                yield return reference.Owners with { What = fault };
            }
        }
    }

    /// <summary>Returns the damage if no other leaf leads to a leaf that owns keys. All indexes must have been noted.</summary>
    /// <exception cref="JournalDamagedException">A leaf on the way to it is damaged.</exception>
    public async ValueTask<Damage?> FindUnlinkedAsync(LeafId leaf, CancellationToken cancellationToken)
    {
        if (leaf.Name == LeafName.First || _listed.HasLeaf(leaf))
        {
            return null;
        }

        for (var searches = 0; searches < MaxSearches; searches++)
        {
            var state = await _states.ReadAsync<KeyLeafState>(leaf.Entity, cancellationToken);
            if (state.Phase is not (LeafPhase.Adopting or LeafPhase.Live or LeafPhase.Sealed)
                || await LeafReferences.FollowAsync(_states, leaf.Index, state.From, state.Left ?? LeafName.First, cancellationToken)
                    .AnyAsync(left => left.Next == leaf.Name || left.Right == leaf.Name, cancellationToken))
            {
                return null;
            }
        }

        return new Damage(DamageKind.Index, $"no other leaf leads to leaf {leaf}, so listings leave its keys out").In(leaf.Index);
    }

    /// <summary>The same reference in a later state of the entity, or null if the entity no longer has it.</summary>
    private async ValueTask<Reference?> FindAgainAsync(EntityId entity, Reference reference, CancellationToken cancellationToken)
    {
        var (state, _, _) = await _states.ReadAsync(entity, cancellationToken);
        return (await _references.OfAsync(entity, state, cancellationToken)).FirstOrDefault(reference.IsSame);
    }

    private async ValueTask<string?> FindFaultAsync(EntityId entity, Reference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await reference.FindFaultAsync((await _states.ReadAsync(reference.To, cancellationToken)).State, cancellationToken);
        }
        catch (JournalDamagedException damaged)
        {
            // A damaged index is reported once, not for each upload in it.
            return entity.Kind == EntityKind.Upload ? null : $"a referenced entity is damaged: {damaged.Message}";
        }
    }
}
