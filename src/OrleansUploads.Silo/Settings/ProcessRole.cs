namespace OrleansUploads.Silo.Settings;

/// <summary>The role of a process in the cluster.</summary>
internal enum ProcessRole
{
    /// <summary>Gateway and silo.</summary>
    Silo,

    /// <summary>The gateway alone.</summary>
    Gateway,
}
