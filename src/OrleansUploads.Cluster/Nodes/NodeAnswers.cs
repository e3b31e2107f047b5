using Orleans.Serialization.Session;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The messages of the silos to an ingestion node.</summary>
/// <param name="own">The ID that the node's client has chosen for itself.</param>
/// <param name="marked">Its ID for the silos.</param>
/// <param name="sessions">Orleans' serializer sessions.</param>
internal sealed class NodeAnswers(GrainId own, GrainId marked, SerializerSessionPool sessions) : NodeFrames(sessions)
{
    /// <summary>Orleans limits what silos send.</summary>
    protected override int MaxBodyBytes => int.MaxValue;

    /// <inheritdoc/>
    protected override bool Translate(ref uint flags, ref GrainId sender, ref GrainId target)
    {
        target = Replace(target, marked, own) ?? target;
        return true;
    }
}
