namespace OrleansUploads.Silo.Settings;

/// <summary>The store of a cluster's membership, journals and reminders.</summary>
internal enum ClusterStore
{
    /// <summary>In PostgreSQL.</summary>
    Postgres,

    /// <summary>In Azure Storage.</summary>
    Azure,

    /// <summary>In memory, for one process.</summary>
    Localhost,
}
