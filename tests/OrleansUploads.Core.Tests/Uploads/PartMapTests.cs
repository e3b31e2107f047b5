namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>What an upload tells those who look at it.</summary>
public sealed class PartMapTests
{
    private const long MiB = Some.MiB;

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    [Fact]
    public void The_map_has_the_numbers_of_the_parts_and_their_bytes()
    {
        InitiateArchive();
        Assert.Equal("", _upload.Ask(new MapParts(Some.Vault)).Parts.Numbers.ToString());

        foreach (var slot in (int[])[4, 0, 1])
        {
            _upload.Do(new StorePart(Some.Vault, new PartRange(slot * MiB, ((slot + 1) * MiB) - 1), Some.Hash("a"), Some.Attempt(slot)));
        }

        var mapped = _upload.Ask(new MapParts(Some.Vault));
        Assert.Equal(Some.Spec(1, 1), mapped.Spec);
        Assert.Equal(("1-2,5", 3 * MiB, _upload.Now), (mapped.Parts.Numbers.ToString(), mapped.Parts.Bytes, mapped.Parts.LastActivityAt));
    }

    [Fact]
    public void The_map_of_ten_thousand_parts_is_short()
    {
        InitiateArchive();
        for (var slot = 0; slot < Limits.MaxParts; slot++)
        {
            _upload.Do(new StorePart(Some.Vault, new PartRange(slot * MiB, ((slot + 1) * MiB) - 1), Some.Hash("a"), Some.Attempt(slot)));
        }

        Assert.Equal("1-10000", _upload.Ask(new MapParts(Some.Vault)).Parts.Numbers.ToString());
    }

    [Fact]
    public void One_part_is_found_by_its_number()
    {
        InitiateArchive();
        _upload.Do(new StorePart(Some.Vault, new PartRange(2 * MiB, (2 * MiB) + 9), Some.Hash("a"), Some.Attempt(7)));

        Assert.Equal(
            new FoundPart(new PartRange(2 * MiB, (2 * MiB) + 9), Some.Hash("a"), Some.Attempt(7), Location: null, _upload.Now),
            _upload.Ask(new FindPart(Some.Vault, 3)));
        foreach (var absent in (int[])[1, 2, 4, 0, -1, int.MinValue, int.MaxValue])
        {
            Assert.Null(_upload.Ask(new FindPart(Some.Vault, absent)).Range);
        }
    }

    [Fact]
    public void An_upload_to_another_vault_and_an_ended_one_have_no_map()
    {
        _upload.Refused<Refusal.UploadNotFound>(new MapParts(Some.Vault));
        InitiateArchive();
        var other = Some.Vault with { Account = default };
        _upload.Refused<Refusal.UploadNotFound>(new MapParts(other));
        _upload.Refused<Refusal.UploadNotFound>(new FindPart(other, 1));
        _upload.Refused<Refusal.UploadNotFound>(new MapNumberedParts(SomeObject.Named("key")));

        _upload.Do(new AbortUpload(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(new MapParts(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(new FindPart(Some.Vault, 1));
    }

    [Fact]
    public void The_map_of_an_object_has_the_numbers_of_the_parts_and_their_bytes()
    {
        var spec = SomeObject.Spec();
        _upload.Do(new InitiateObjectUpload(spec));
        _upload.Do(new StoreNumberedPart(spec.Name, SomeObject.Part(10_000, 5, "a")));
        _upload.Do(new StoreNumberedPart(spec.Name, SomeObject.Part(1, 6, "b")));

        var mapped = _upload.Ask(new MapNumberedParts(spec.Name));
        Assert.Equal(spec, mapped.Spec);
        Assert.Equal(("1,10000", 11), (mapped.Parts.Numbers.ToString(), mapped.Parts.Bytes));
        _upload.Refused<Refusal.UploadNotFound>(new MapNumberedParts(SomeObject.Named("another key")));
        _upload.Refused<Refusal.UploadNotFound>(new MapParts(Some.Vault));
    }

    private void InitiateArchive() => _upload.Do(new InitiateUpload(Some.Spec(1, 1)));
}
