namespace OrleansUploads.Cluster.Tls;

/// <summary>The files of a process that takes part in a cluster with TLS. All of them are in PEM format.</summary>
/// <param name="Certificate">Path of the process's own certificate, followed in the file by intermediate certificates, if there are any.
/// </param>
/// <param name="Key">Path of its private key, not encrypted.</param>
/// <param name="Authority">Path of the certificates of the cluster's authority: roots, and intermediate certificates that peers may not
/// send. While the authority is replaced, the file has the old and the new one.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority)
{
    /// <summary>The DNS name that the certificates of all silos have by default.</summary>
    public const string DefaultSiloName = "orleans-uploads-silo";

    /// <summary>The DNS name that the certificates of all silos have, as a subject alternative name. It stands for the role of the
    /// process and not for its host, because silos find each other by addresses that change. Certificates of other processes must not
    /// have it.</summary>
    public string SiloName { get; init; } = DefaultSiloName;
}
