INSERT INTO corrections
SELECT
    {tenant:String}, {id:UUID}, {kind:String}, {type:String}, {entity:String}, {other_type:String}, {other:String},
    {trace:String}, {span:String}, {process:String}, {root_type:String}, {root:String}, {takes:UUID},
    {who:String}, {why:String}, now64(9, 'UTC')
