namespace OrleansUploads.Gateway.Dashboard.Protocol;

/// <summary>What a request to the dashboard asks for.</summary>
internal enum DashboardOperation
{
    /// <summary>A file of the page.</summary>
    GetAsset,

    /// <summary>The text that proves at sign-in that the client knows the secret.</summary>
    GetChallenge,

    /// <summary>Signs in.</summary>
    SignIn,

    /// <summary>Signs out.</summary>
    SignOut,

    /// <summary>Who is signed in.</summary>
    GetSession,

    /// <summary>The health of the server, its silos and its collector.</summary>
    GetServer,

    /// <summary>Vaults and buckets.</summary>
    ListContainers,

    /// <summary>A vault with its policies.</summary>
    GetVault,

    /// <summary>A vault's uploads in progress.</summary>
    ListVaultUploads,

    /// <summary>An upload to a vault, with the map of its parts.</summary>
    GetVaultUpload,

    /// <summary>One part of an upload to a vault.</summary>
    GetVaultPart,

    /// <summary>Aborts an upload to a vault.</summary>
    AbortVaultUpload,

    /// <summary>A vault's jobs.</summary>
    ListJobs,

    /// <summary>A vault's archives.</summary>
    ListArchives,

    /// <summary>A bucket's objects.</summary>
    ListObjects,

    /// <summary>A bucket's uploads in progress.</summary>
    ListBucketUploads,

    /// <summary>An upload to a bucket, with the map of its parts.</summary>
    GetBucketUpload,

    /// <summary>One part of an upload to a bucket.</summary>
    GetBucketPart,

    /// <summary>Aborts an upload to a bucket.</summary>
    AbortBucketUpload,
}
