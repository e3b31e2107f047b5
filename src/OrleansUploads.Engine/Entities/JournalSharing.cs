namespace OrleansUploads.Engine.Entities;

/// <summary>Whether other hosts may run the same entities over the same journal at the same time.</summary>
public enum JournalSharing
{
    /// <summary>Only this host uses the journal. If another host writes to it anyway, writes and commands that require fresh state
    /// detect it.</summary>
    Exclusive,

    /// <summary>An entity may briefly run on two hosts. If a batch has nothing to write, the journal's version is read before the answers
    /// are released, to verify that the state is up to date.</summary>
    Shared,
}
