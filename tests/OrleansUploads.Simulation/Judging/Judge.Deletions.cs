namespace OrleansUploads.Simulation.Judging;

/// <content>The deletion of a vault puts its uploads out of reach, which ends them for their clients.</content>
internal sealed partial class Judge
{
    private readonly int[] _deletionsAsked = new int[2];
    private readonly long[] _deletionEndedAt = new long[2];

    /// <summary>Whether a deletion of the vault is in flight, or one without an answer may still be carried out.</summary>
    public bool IsDeletionAsked(int vault) => _deletionsAsked[vault] > 0;

    /// <summary>Whether a deletion may have been carried out after an event.</summary>
    private bool WasDeletionAskedSince(int vault, long order) => IsDeletionAsked(vault) || _deletionEndedAt[vault] > order;

    private void BeginDeletion(int vault)
    {
        _deletionsAsked[vault]++;
        CloseUploads(vault);
    }

    /// <summary>Call while the deletion still counts as asked.</summary>
    private void EndDeletion(int vault)
    {
        CloseUploads(vault);
        _deletionsAsked[vault]--;
        _deletionEndedAt[vault] = _events;
    }

    /// <summary>A deletion succeeded: the uploads that were known before it was asked for are not open any more.</summary>
    private void EndUploads(int vault, Asked asked)
    {
        foreach (var (facts, states) in _order.Select(id => _uploads[id]))
        {
            if (facts.Vault != vault || facts.KnownSince >= asked.Order)
            {
                continue;
            }

            if (!states.SettleOn(static state => UploadRules.PhaseOf(state) is not (Phase.NotStarted or Phase.Open)))
            {
                onViolation("model: a vault was deleted while an upload in it stayed open");
            }

            facts.EndWasAsked = true;
            facts.VaultMayBeDeleted = true;
            if (facts.EndedSince == 0)
            {
                facts.EndedSince = _events;
                coverage.Saw(Situations.UploadEndedWithVault);
            }
        }
    }

    /// <summary>Deletions without an answer have been carried out by now or never will be.</summary>
    private void SettleDeletions()
    {
        foreach (var facts in _order.Select(id => _uploads[id].Facts).Where(facts => IsDeletionAsked(facts.Vault)))
        {
            facts.EndWasAsked = true;
            facts.VaultMayBeDeleted = true;
        }

        for (var vault = 0; vault < _deletionsAsked.Length; vault++)
        {
            if (IsDeletionAsked(vault))
            {
                (_deletionsAsked[vault], _deletionEndedAt[vault]) = (0, ++_events);
            }
        }
    }

    private void CloseUploads(int vault)
    {
        foreach (var (facts, states) in _order.Select(id => _uploads[id]))
        {
            if (facts.Vault == vault)
            {
                states.Close();
            }
        }
    }
}
