namespace OrleansUploads.Simulation.Objects;

/// <summary>Clients that put, read, delete, list and upload objects in one bucket, and tell the model what they were answered.</summary>
internal sealed class ObjectClients(
    SimulatedWorld world, ProcessCalls calls, ObjectModel model, ArchivingClients archiving, SeededRandom random)
{
    private static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());
    private static readonly ObjectHeaders Archived = Headers with { StorageClass = StorageClass.Glacier };
    private string SomeKey => model.Keys[random.Chance(500) ? random.Below(3) : random.Below(model.Keys.Count)];

    /// <summary>Performs random operations, one after the other.</summary>
    public async Task RunAsync(int operations, Func<Task> deleteBucket)
    {
        for (var i = 0; i < operations; i++)
        {
            await world.Delay(TimeSpan.FromMilliseconds(random.Below(2000)));
            await (random.Below(23) switch
            {
                < 4 => PutAsync(),
                < 6 => DeleteAsync(SomeKey),
                < 9 => ReadAsync(SomeKey),
                9 => ListAsync(),
                < 12 => InitiateAsync(),
                12 => ReplaceAsync(),
                < 17 => CompleteAsync(),
                17 => AbortAsync(),
                < 20 => archiving.RestoreAsync(),
                20 => ReadAsync(model.Archived[random.Below(model.Archived.Count)]),
                _ => deleteBucket(),
            });
        }
    }

    public async Task<bool> ReadAsync(string key, TimeSpan? patience = null)
    {
        var start = model.Tick();
        var asked = world.Clock.Now;
        RestoreStatus? restore = null;
        var outcome = await calls.SendAsync($"read {key}", async process =>
        {
            var found = await process.Paths.Objects.FindAsync(SomeObject.Named(key), CancellationToken.None);
            if (!found.TryGet(out var entry, out var refusal))
            {
                return new Outcome<string>(refusal);
            }

            var manifest = await process.Paths.Objects.ReadManifestAsync(entry, CancellationToken.None);
            using var output = new MemoryStream();
            await process.Paths.Objects.CopyAsync(
                entry, manifest, new PartRange(0, manifest.SizeBytes - 1), output, CancellationToken.None);
            var text = System.Text.Encoding.ASCII.GetString(output.ToArray());
            if (text != ObjectModel.TextOf(model.ValueOf(entry.Entry.ETag!.Value)))
            {
                world.Fail($"bytes: {key} has other bytes than its ETag says: {text}");
            }

            if (entry.Description.RefuseReading() is null != (!archiving.IsArchived(key) || entry.Description.Restore is { IsInProgress: false }))
            {
                world.Fail($"restores: {key} can be read without a restore, or not with one");
            }

            restore = entry.Description.Restore;
            return new Outcome<string>(text);
        }, patience);
        if (outcome is { } known)
        {
            var value = known.Refusal is null ? int.Parse(known.Answer.Split(' ')[1], null) : 0;
            model.AddRead(key, start, value);
            if (value > 0)
            {
                archiving.See(key, value, restore, asked);
            }

            if (known.Refusal is not (null or ObjectRefusal.KeyNotFound))
            {
                world.Fail($"answers: reading got {known.Refusal}");
            }
        }

        return outcome is not null;
    }

    public async Task<bool> PutAsync(string key)
    {
        var (value, bytes) = model.NewContent();
        var write = model.AddWrite(key, value, condition: null);
        var outcome = await PutAsync(key, bytes, condition: null, write);
        if (outcome is { Refusal: ObjectRefusal.KeyChanged })
        {
            write.HasNoEffect = true;
            return false;
        }

        if (outcome is { Refusal: { } refusal })
        {
            world.Fail($"answers: a put without a condition got {refusal}");
        }

        (write.IsOptional, write.End) = outcome is null ? (true, long.MaxValue) : (false, model.Tick());
        return outcome is not null;
    }

    public async Task<bool> ListAsync(TimeSpan? patience = null)
    {
        var limit = random.Between(1, 6);
        var start = model.Tick();
        var outcome = await calls.SendAsync("list", async process =>
        {
            var entries = new List<KeyEntry>();
            KeyPosition? after = null;
            do
            {
                var page = await process.Paths.KeyLister.ListAsync(
                    new KeyListing(SomeObject.Objects, "", "", after, limit), CancellationToken.None);
                entries.AddRange(page.Entries);
                after = page.Next;
            }
            while (after is not null && entries.Count < 100);
            return new Outcome<List<KeyEntry>>(entries);
        }, patience);
        if (outcome is not { } known)
        {
            return false;
        }

        var listed = known.Answer.ToLookup(entry => entry.Key.ToString());
        if (listed.Any(key => key.Count() > 1)
            || !known.Answer.Select(entry => entry.Key.ToString()).SequenceEqual(listed.Select(key => key.Key).Order(ObjectKey.Utf8Order)))
        {
            world.Fail($"listing: a key is listed twice, or out of order: {string.Join(' ', known.Answer.Select(entry => entry.Key))}");
        }

        foreach (var key in model.KeysAndAnchor)
        {
            model.AddRead(key, start, listed[key].FirstOrDefault() is { } entry ? model.ValueOf(entry.ETag!.Value) : 0);
        }

        return true;
    }

    public async Task<bool> CompleteAsync(ModelUpload upload, int version, TimeSpan? patience = null)
    {
        var (part, value) = upload.Versions[version];
        if (!upload.Writes.TryGetValue(value, out var write))
        {
            upload.Writes[value] = write = model.AddWrite(upload.Key, value, upload.Condition);
        }

        var completions = upload.CompletionsOf(value);
        var start = completions.Begin(model.Tick());
        var condition = model.ConditionOf(upload.Condition, isMultipart: true);
        write.BeginWork();
        var outcome = await calls.SendAsync($"complete {upload.Key}", async process => await process.Paths.ObjectIntake.CompleteAsync(
            upload.Id, SomeObject.Named(upload.Key), [part], null, null, null, condition, CancellationToken.None), patience, () => write.EndWork(model.Tick()));
        completions.End(isAnswered: outcome is not null);
        if (outcome is not { } known)
        {
            return false;
        }

        if (known.TryGet(out var published, out var refusal))
        {
            (write.IsOptional, write.End) = (false, Math.Min(write.End, model.Tick()));
            if (upload.IsAborted)
            {
                world.Fail("order: an upload was both aborted and completed");
            }

            if (upload.Published is { } before && before != published)
            {
                world.Fail($"idempotence: a repeated completion got {published} instead of {before}");
            }

            upload.Published = published;
        }
        else if (refusal is ObjectRefusal.PreconditionFailed)
        {
            model.AddFailedCondition(upload.Key, start, upload.Condition);
        }
        else if (upload.Published is { } existing && model.ValueOf(existing.ETag) == value)
        {
            world.Fail($"idempotence: a repeated completion got {refusal}");
        }

        return true;
    }

    private async Task<Outcome<PublishedObject>?> PutAsync(string key, byte[] bytes, PublishCondition? condition, KeyOperation? write)
    {
        write?.BeginWork();
        return await calls.SendAsync(
            $"put {key}",
            async process => await process.Paths.ObjectIntake.PutAsync(
                SomeObject.Named(key), HeadersOf(key), BodyOf(bytes), condition, CancellationToken.None),
            ended: () => write?.EndWork(model.Tick()));
    }

    private async Task PutAsync()
    {
        var key = SomeKey;
        var (value, bytes) = model.NewContent();
        int? condition = random.Chance(300) ? 0 : random.Chance(100) ? KeyOperation.Any : null;
        var write = model.AddWrite(key, value, condition);
        if (await PutAsync(key, bytes, model.ConditionOf(condition, isMultipart: false), write) is not { } outcome)
        {
            return;
        }

        if (outcome.Refusal is ObjectRefusal.PreconditionFailed)
        {
            write.HasNoEffect = true;
            model.AddFailedCondition(key, write.Start, condition);
        }
        else if (outcome.Refusal is ObjectRefusal.NumberedAttemptCollected or ObjectRefusal.KeyChanged)
        {
            write.HasNoEffect = true;
        }
        else if (outcome.Refusal is { } refusal)
        {
            world.Fail($"answers: a put got {refusal}");
        }
        else
        {
            (write.IsOptional, write.End) = (false, model.Tick());
        }
    }

    public async Task DeleteAsync(string key)
    {
        var delete = model.AddDelete(key);
        delete.BeginWork();
        if (await calls.SendAsync(
            $"delete {key}",
            async process => await process.Paths.Keys.DeleteAsync(SomeObject.Named(key), condition: null, CancellationToken.None),
            ended: () => delete.EndWork(model.Tick())) is not null)
        {
            (delete.IsOptional, delete.End) = (false, model.Tick());
        }
    }

    private async Task InitiateAsync()
    {
        var key = SomeKey;
        var initiated = await calls.SendAsync($"initiate {key}", async process => await process.Paths.ObjectIntake.InitiateAsync(
            SomeObject.Named(key), HeadersOf(key), checksum: null, createKey: null, CancellationToken.None));
        if (initiated is { Refusal: null } outcome)
        {
            var upload = new ModelUpload(outcome.Answer.Upload, key, random.Chance(300) ? 0 : null);
            await StoreAsync(upload);
            if (upload.Versions.Count > 0)
            {
                model.Uploads.Add(upload);
            }
        }
    }

    private Task ReplaceAsync() => model.Uploads.Count == 0 ? Task.CompletedTask : StoreAsync(random.Pick([.. model.Uploads]));

    private async Task StoreAsync(ModelUpload upload)
    {
        var (value, bytes) = model.NewContent();
        var stored = await calls.SendAsync($"part of {upload.Key}", async process => await process.Paths.ObjectIntake.StorePartAsync(
            upload.Id, SomeObject.Named(upload.Key), 1, BodyOf(bytes), sender: null, CancellationToken.None));
        if (stored is { Refusal: null } outcome)
        {
            upload.Versions.Add((new ChosenPart(1, outcome.Answer.Md5, Checksum: null), value));
        }
    }

    private async Task CompleteAsync()
    {
        if (model.Uploads.Count == 0)
        {
            return;
        }

        // Mostly a recent upload, so that several clients complete the same one.
        var upload = model.Uploads[^random.Between(1, Math.Min(3, model.Uploads.Count))];
        await CompleteAsync(upload, random.Below(upload.Versions.Count));
    }

    private async Task AbortAsync()
    {
        if (model.Uploads.Count == 0)
        {
            return;
        }

        var upload = model.Uploads[^random.Between(1, Math.Min(3, model.Uploads.Count))];
        var outcome = await calls.SendAsync($"abort {upload.Key}", async process => await process.Paths.ObjectIntake.AbortAsync(
            upload.Id, SomeObject.Named(upload.Key), CancellationToken.None));
        if (outcome is not { Refusal: null })
        {
            return;
        }

        upload.IsAborted = true;
        if (upload.Published is not null)
        {
            world.Fail("order: an upload was both completed and aborted");
        }

        foreach (var write in upload.Writes.Values)
        {
            write.HasNoEffect = true;
        }
    }

    public async Task<bool> PutInVainAsync(string key)
    {
        var outcome = await PutAsync(key, [1], condition: null, write: null);
        if (outcome is { } known && known.Refusal is not ObjectRefusal.BucketNotFound)
        {
            world.Fail($"buckets: a put into a deleted bucket got {known.Refusal?.ToString() ?? "done"}");
        }

        return outcome is not null;
    }

    private ObjectHeaders HeadersOf(string key) => archiving.IsArchived(key) ? Archived : Headers;

    private static ObjectBody BodyOf(byte[] bytes) => new(new MemoryStream(bytes), bytes.Length, Sha256: null, Algorithm: null, static () => default);
}
