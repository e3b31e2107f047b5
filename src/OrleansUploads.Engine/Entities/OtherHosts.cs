namespace OrleansUploads.Engine.Entities;

/// <summary>Whether other hosts may run the same entities over the same journal at the same time.</summary>
public enum OtherHosts
{
    /// <summary>This host alone has the journal. Should it be overtaken all the same, writes and binding commands notice.</summary>
    Unexpected,

    /// <summary>An entity may briefly run on two hosts. So no answer is given from memory alone: where a batch has nothing to
    /// write, the journal is asked whether the state is still the newest.</summary>
    Expected,
}
