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
    public IEnumerable<Damage> Find(EntityId entity, object state)
    {
        foreach (var reference in _references.Of(entity, state))
        {
            Checked++;
            if (FaultOf(entity, reference) is not null
                && _references.Of(entity, _states.Read(entity).State).FirstOrDefault(reference.IsSame) is { } still
                && FaultOf(entity, still) is { } fault)
            {
                yield return reference.Owners with { What = fault };
            }
        }
    }

    /// <summary>Returns the damage if no other leaf leads to a leaf that owns keys. All indexes must have been noted.</summary>
    /// <exception cref="JournalDamagedException">A leaf on the way to it is damaged.</exception>
    public Damage? FindUnlinked(LeafId leaf)
    {
        if (leaf.Name == LeafName.First || _listed.HasLeaf(leaf))
        {
            return null;
        }

        for (var searches = 0; searches < MaxSearches; searches++)
        {
            var state = _states.Read<KeyLeafState>(leaf.Entity);
            if (state.Phase is not (LeafPhase.Adopting or LeafPhase.Live or LeafPhase.Sealed)
                || LeafReferences.Follow(_states, leaf.Index, state.From, state.Left ?? LeafName.First)
                    .Any(left => left.Next == leaf.Name || left.Right == leaf.Name))
            {
                return null;
            }
        }

        return new Damage(DamageKind.Index, $"no other leaf leads to leaf {leaf}, so listings leave its keys out")
        {
            Bucket = leaf.Index.Bucket.Name,
        };
    }

    private string? FaultOf(EntityId entity, Reference reference)
    {
        try
        {
            return reference.FindFault(_states.Read(reference.To).State);
        }
        catch (JournalDamagedException damaged)
        {
            // A damaged index is reported once, not for each upload in it.
            return entity.Kind == EntityKind.Upload ? null : $"a referenced entity is damaged: {damaged.Message}";
        }
    }
}
