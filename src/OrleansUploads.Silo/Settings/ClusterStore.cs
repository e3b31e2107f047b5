namespace OrleansUploads.Silo.Settings;

/// <summary>The store of a cluster's membership, journals and reminders.</summary>
internal enum ClusterStore
{
    /// <summary>In memory, for one process.</summary>
    Localhost,

    /// <summary>In PostgreSQL.</summary>
    Postgres,

    /// <summary>In Azure Storage.</summary>
    Azure,
}
