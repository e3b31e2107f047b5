using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>What the owner of a certificate may do.</summary>
/// <param name="Subject">The subject of the certificate, in the form of <see cref="NodeSubject"/>.</param>
/// <param name="Account">The account that it acts for.</param>
/// <param name="Scope">The limits, as those of an access key.</param>
/// <param name="Fingerprints">The SHA-256 fingerprints of the certificates that may be used, or null for every valid certificate with this
/// subject. Removing a fingerprint withdraws a certificate before it expires.</param>
public sealed record NodeGrant(string Subject, AccountId Account, KeyScope Scope, IReadOnlyList<string>? Fingerprints)
{
    /// <summary>Whether a certificate with this subject may be used.</summary>
    public bool Accepts(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Fingerprints is null || Fingerprints.Contains(FingerprintOf(certificate), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The fingerprint of a certificate: 64 hex digits.</summary>
    public static string FingerprintOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
