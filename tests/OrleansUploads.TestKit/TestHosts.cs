namespace OrleansUploads.TestKit;

/// <summary>The trait of the gateway's tests that run over more than one host. All of them run over one process. Over grains, only these can
/// differ; the others run there in turn.</summary>
public static class TestHosts
{
    public const string Name = "Hosts";

    /// <summary>What grains may do differently: a command that is sent twice, an activation that moves or ends, a wake by a reminder, or two
    /// requests at once.</summary>
    public const string Grains = "Grains";
}
