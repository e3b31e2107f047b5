namespace OrleansUploads.Simulation.Workload;

/// <content>Nodes get grants, write and report. They lie, leave steps out, repeat them, and come back to grants of earlier chapters. Some
/// reports race a collection. Their draws are their own, so the steps of the clients do not depend on them.</content>
internal sealed partial class ScheduleGenerator
{
    /// <summary>The number of the first node among the clients.</summary>
    private const int FirstNode = 100;

    private readonly SeededRandom _nodes;
    private readonly List<(int Upload, int Slot, Content Content)> _grants = [];

    private void AddNodes(List<Step> steps)
    {
        if (_uploads == 0)
        {
            return;
        }

        for (var node = FirstNode; node < FirstNode + _options.Nodes; node++)
        {
            var first = steps.Count;
            for (var parts = _nodes.Between(1, 3); parts > 0; parts--)
            {
                AddPart(steps, node);
            }

            // Until then, the clients have begun uploads. A node may have nothing to do.
            if (first < steps.Count)
            {
                steps[first] = steps[first] with { Pause = _nodes.Milliseconds(0, 60 * _options.SlowMilliseconds) };
            }
        }
    }

    private void AddPart(List<Step> steps, int node)
    {
        var isOld = _grants.Count > 0 && _nodes.Chance(150);
        var grant = isOld ? _nodes.Below(_grants.Count) : Grant(steps, node);
        var (upload, slot, content) = _grants[grant];
        for (var writes = _nodes.Pick(0, 1, 1, 1, 1, 1, 1, 2); writes > 0; writes--)
        {
            steps.Add(OfNode(node, new Operation.WriteGranted(grant, DrawLie())));
        }

        for (var reports = _nodes.Pick(0, 1, 1, 1, 1, 1, 2, 2); reports > 0; reports--)
        {
            if (_nodes.Chance(200) && _options is { CollectWeight: > 0, AnnouncesAll: true })
            {
                steps.Add(OfNode(node, new Operation.BeginCollection()));
            }

            steps.Add(OfNode(node, _nodes.Below(24) switch
            {
                0 => new Operation.ReportWritten(grant, upload, (slot + 1) % MaxSlots, content, content.LengthBytes),
                1 => new Operation.ReportWritten(grant, _nodes.Below(_uploads), slot, content, content.LengthBytes),
                2 => new Operation.ReportWritten(grant, upload, slot, content.Other, content.LengthBytes),
                3 => new Operation.ReportWritten(grant, upload, slot, content, content.IsFull ? 100 : Content.FullBytes),
                _ => new Operation.ReportWritten(grant, upload, slot, content, content.LengthBytes),
            }));
        }

        if (_nodes.Chance(300))
        {
            steps.Add(OfNode(node, new Operation.CompleteUpload(upload, _nodes.Pick(ClaimKind.AsPlanned, ClaimKind.AsAcknowledged))));
        }
    }

    private int Grant(List<Step> steps, int node)
    {
        var upload = _nodes.Below(_uploads);
        var slot = _nodes.Below(_plans[upload].Count);
        var planned = _plans[upload][slot];
        var content = _nodes.Chance(850) ? planned : planned.Other;
        _grants.Add((upload, slot, content));
        steps.Add(OfNode(node, new Operation.GrantWrite(_grants.Count - 1, upload, slot, content, _nodes.Chance(300))));
        return _grants.Count - 1;
    }

    private NodeLie DrawLie() => _nodes.Below(12) switch
    {
        0 or 1 => NodeLie.OtherBytes,
        2 => NodeLie.OtherLeaf,
        3 => NodeLie.OtherSeal,
        _ => NodeLie.None,
    };

    private Step.Ask OfNode(int node, Operation operation) => new(
        node,
        PauseOfNode(),
        operation,
        _nodes.Pick(1, 2, 3),
        _nodes.Below(_options.Hosts),
        _nodes.Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(90)),
        _nodes.Chance(500));

    private TimeSpan PauseOfNode() => _nodes.Below(8) switch
    {
        0 => _nodes.Milliseconds(0, 40_000),
        1 or 2 or 3 => _nodes.Milliseconds(0, 20 * _options.SlowMilliseconds),
        _ => _nodes.Milliseconds(0, _options.SlowMilliseconds),
    };
}
