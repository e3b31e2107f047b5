using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>A vault's record of its uploads in progress. Its pages list multipart uploads. An upload in a single request is never listed
/// and ends soon, so the vault keeps it itself.</summary>
/// <param name="Pages">The counts of each page that has ever been used.</param>
/// <param name="InFlight">The uploads in a single request, and the multipart uploads that have not confirmed both that they have begun and
/// that they are listed, by ID in ordinal order.</param>
/// <param name="Open">Number of uploads in progress; never too low.</param>
public sealed record VaultAdmissions(
    ImmutableSortedDictionary<int, PageCounts> Pages,
    ImmutableSortedDictionary<string, Admission> InFlight,
    long Open)
{
    /// <summary>No upload has ever been admitted.</summary>
    public static VaultAdmissions None { get; } = new(
        ImmutableSortedDictionary<int, PageCounts>.Empty,
        ImmutableSortedDictionary.Create<string, Admission>(StringComparer.Ordinal),
        0);

    /// <summary>The counts of a page.</summary>
    public PageCounts CountsOf(int page) => Pages.GetValueOrDefault(page) ?? new PageCounts(page, 0, 0);

    /// <summary>Returns a copy with new counts of a page.</summary>
    public VaultAdmissions With(PageCounts counts) => this with
    {
        Pages = Pages.SetItem(counts.Page, counts),
        Open = Open + counts.Open - CountsOf(counts.Page).Open,
    };

    /// <summary>Whether an upload may be listed on its page. If a page has reported that all its admissions have ended, it lists
    /// no upload.</summary>
    public bool MayBeOnPage(UploadId upload) => CountsOf(UploadPages.PageOf(upload)).Open > 0;

    /// <summary>The admission of an upload that is in flight, or null.</summary>
    public Admission? Find(UploadId upload) => InFlight.GetValueOrDefault(upload.ToString());

    /// <summary>Returns a copy with a new or changed admission. A fully confirmed admission to a page is removed.</summary>
    public VaultAdmissions With(Admission admission) => this with
    {
        InFlight = admission is { Begun: true, Listed: true, IsPaged: true }
            ? InFlight.Remove(admission.Spec.Upload.ToString())
            : InFlight.SetItem(admission.Spec.Upload.ToString(), admission),
        Open = Open + (admission.IsPaged || Find(admission.Spec.Upload) is not null ? 0 : 1),
    };

    /// <summary>Returns a copy without an upload in a single request, which has ended.</summary>
    public VaultAdmissions Without(UploadId upload) => Find(upload) is { IsPaged: false }
        ? this with { InFlight = InFlight.Remove(upload.ToString()), Open = Open - 1 }
        : this;
}

/// <summary>A vault's counts of one page of its uploads.</summary>
/// <param name="Page">Number of the page.</param>
/// <param name="Admitted">Number of admissions to the page, which is also the number of the latest admission.</param>
/// <param name="Closed">Number of them that have ended, according to the page's latest report.</param>
public sealed record PageCounts(int Page, long Admitted, long Closed)
{
    /// <summary>Number of admissions that have not ended; never lower than the number of uploads that the page lists.</summary>
    public long Open => Admitted - Closed;
}

/// <summary>An upload that was admitted.</summary>
/// <param name="Spec">The upload.</param>
/// <param name="Number">Sequence number among the admissions to its page, starting at 1; 0 if no page is to list it.</param>
/// <param name="Begun">Whether the upload has begun.</param>
/// <param name="Listed">Whether its page lists it.</param>
public sealed record Admission(UploadSpec Spec, long Number, bool Begun, bool Listed)
{
    /// <summary>Whether a page lists it, or will.</summary>
    public bool IsPaged => Number > 0;
}
