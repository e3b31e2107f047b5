using System.Collections.Immutable;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>The uploads in progress that a vault's deletion has to end.</summary>
/// <param name="Held">Uploads that were in flight, by ID in ordinal order.</param>
/// <param name="Pages">The counts of the pages that list the others.</param>
public sealed record VaultEndings(
    ImmutableSortedDictionary<string, UploadSpec> Held, ImmutableSortedDictionary<int, PageCounts> Pages)
{
    /// <summary>No upload is left.</summary>
    public static VaultEndings None { get; } = new(
        ImmutableSortedDictionary.Create<string, UploadSpec>(StringComparer.Ordinal),
        ImmutableSortedDictionary<int, PageCounts>.Empty);

    /// <summary>Whether all uploads have ended.</summary>
    public bool IsEmpty => Held.IsEmpty && Pages.IsEmpty;

    /// <summary>All uploads in progress of a vault. An upload that was still being opened may be on its page as well.</summary>
    public static VaultEndings Of(VaultState.Live live) => new(
        None.Held.AddRange(live.Admissions.InFlight.Select(static admission =>
            KeyValuePair.Create(admission.Key, admission.Value.Spec))),
        live.Admissions.Pages.RemoveRange(live.Admissions.Pages.Values
            .Where(static counts => counts.Open <= 0)
            .Select(static counts => counts.Page)));
}
